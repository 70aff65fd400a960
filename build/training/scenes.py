"""Labelled scenes as arrays. Rasters are read, and outlines drawn into them, by GDAL."""

import csv
import os
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
from osgeo import gdal, ogr, osr

gdal.UseExceptions()
gdal.SetConfigOption("GDAL_PAM_ENABLED", "NO")

IGNORED = -1

UNPARTED = 1 << 20
"""The number of what is an object, or several: where they end is not known."""

CROWN = UNPARTED + 1
"""From here on a pixel of a crown: what is added, of SHADES, says how near it lies to the crown's middle."""

SHADES = 64


@dataclass
class Layer:
    """A scene at one pixel size. `picture` 3 x H x W bytes; `ids` H x W: 0 background, -1 not judged, else the object's number."""

    gsd: float
    picture: np.ndarray
    ids: np.ndarray


@dataclass
class Scene:
    name: str
    layers: list[Layer]
    """From fine to coarse."""
    train: list[tuple[float, float, float, float]]
    """Parts that are trained on: left, top, right, bottom as shares of the scene."""
    held: tuple[float, float, float, float] | None = None
    """The part that is kept out."""
    weight: float = 1.0
    gsds: tuple[float, float] | None = None
    """m; the pixels that its crops have, where they differ from the recipe's."""
    area: bool = False
    """Whether its truth is area alone, without objects that lie apart."""
    boxes: np.ndarray | None = None
    """N x 4 true boxes (px of the first layer: left, top, right, bottom), where the truth is boxes."""


def _metres(dataset: gdal.Dataset) -> float:
    """The pixel size in metres at the centre: the square root of its area."""
    g = dataset.GetGeoTransform()
    width, height = dataset.RasterXSize, dataset.RasterYSize
    system = osr.SpatialReference(wkt=dataset.GetProjection())
    wgs84 = osr.SpatialReference()
    wgs84.ImportFromEPSG(4326)
    for s in (system, wgs84):
        s.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    to = osr.CoordinateTransformation(system, wgs84)
    x, y = g[0] + width / 2 * g[1], g[3] + height / 2 * g[5]
    lon, lat, _ = to.TransformPoint(x, y)
    east, _, _ = to.TransformPoint(x + abs(g[1]) * 100, y)
    _, north, _ = to.TransformPoint(x, y + abs(g[5]) * 100)
    across = (east - lon) * 1113.2 * np.cos(np.radians(lat))
    down = abs(north - lat) * 1105.7
    return float(np.sqrt(across * down))


def read_rgb(path: str) -> tuple[np.ndarray, gdal.Dataset]:
    """3 x H x W bytes. Grey is repeated; 16 bits are stretched between the 2 and 98 % quantiles."""
    dataset = gdal.Open(path)
    bands = dataset.ReadAsArray()
    if bands.ndim == 2:
        bands = bands[None]
    if bands.dtype != np.uint8:
        seen = bands[0][bands[0] > 0]
        low, high = np.quantile(seen, (0.02, 0.98))
        bands = np.clip((bands.astype(np.float32) - low) / (high - low) * 255, 0, 255).astype(np.uint8)
    if bands.shape[0] < 3:
        bands = np.repeat(bands[:1], 3, 0)
    return np.ascontiguousarray(bands[:3]), dataset


def draw_ids(outlines: str, dataset: gdal.Dataset, ratio: int = 1, only: tuple[str, ...] = ()) -> np.ndarray:
    """
    Numbers of the objects whose outlines (WGS 84) cover the pixels' centres, on the grid averaged `ratio` times.
    `only`: objects of these classes, which count as one.
    """
    g = dataset.GetGeoTransform()
    width, height = dataset.RasterXSize // ratio, dataset.RasterYSize // ratio
    target = gdal.GetDriverByName("MEM").Create("", width, height, 1, gdal.GDT_Int32)
    target.SetGeoTransform((g[0], g[1] * ratio, g[2] * ratio, g[3], g[4] * ratio, g[5] * ratio))
    target.SetProjection(dataset.GetProjection())
    system = osr.SpatialReference(wkt=dataset.GetProjection())
    system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    source = ogr.Open(outlines)
    layer = source.GetLayer()
    given = layer.GetSpatialRef()
    given.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    to = osr.CoordinateTransformation(given, system)
    memory = ogr.GetDriverByName("Memory").CreateDataSource("")
    drawn = memory.CreateLayer("outlines", system)
    drawn.CreateField(ogr.FieldDefn("id", ogr.OFTInteger))
    for number, feature in enumerate(layer, 1):
        if only and feature.GetField("class") not in only:
            continue
        copy = ogr.Feature(drawn.GetLayerDefn())
        geometry = feature.GetGeometryRef().Clone()
        geometry.Transform(to)
        copy.SetGeometry(geometry)
        copy.SetField("id", 1 if only else number)
        drawn.CreateFeature(copy)
    gdal.RasterizeLayer(target, [1], drawn, options=["ATTRIBUTE=id"])
    return target.ReadAsArray().astype(np.int32)


def averaged(picture: np.ndarray, ratio: int) -> np.ndarray:
    """The picture with `ratio` x `ratio` pixels averaged to one, as the engine does it."""
    if ratio == 1:
        return picture
    bands, height, width = picture.shape
    height, width = height // ratio, width // ratio
    cut = picture[:, : height * ratio, : width * ratio].reshape(bands, height, ratio, width, ratio)
    return np.round(cut.mean((2, 4))).astype(np.uint8)


def outlined_scene(name: str, path: str, outlines: str, ratios: tuple[int, ...], **rest: object) -> Scene:
    picture, dataset = read_rgb(path)
    gsd = _metres(dataset)
    layers = [Layer(gsd * r, averaged(picture, r), draw_ids(outlines, dataset, r)) for r in ratios]
    return Scene(name, layers, **rest)


def synthetic_scene(
    name: str, stem: str, only: tuple[str, ...], ratios: tuple[int, ...], parted: bool = True, **rest: object
) -> Scene:
    """
    A scene of the generator; its truth is exact. `only`: the classes that are learned; `stem`: the files' path without ending;
    `parted`: whether the inside is told from the outline.
    """
    picture, dataset = read_rgb(f"{stem}.tif")
    gsd = _metres(dataset)

    def ids(ratio: int) -> np.ndarray:
        drawn = draw_ids(f"{stem}.geojson", dataset, ratio, only)
        return drawn if parted else np.where(drawn > 0, UNPARTED, 0).astype(np.int32)

    return Scene(name, [Layer(gsd * r, averaged(picture, r), ids(r)) for r in ratios], **rest)


def crowns_scene(name: str, path: str, ratios: tuple[int, ...], dense: bool, **rest: object) -> Scene:
    """
    Tree crowns as ellipses in annotators' boxes, shaded from their rims to their middles; between an ellipse and its box nothing
    is judged. In a `dense` forest, where the boxes are not exhaustive, nothing is judged outside them.
    """
    picture, dataset = read_rgb(path)
    gsd = _metres(dataset)
    boxes = read_boxes(path[:-4])
    ids = crown_shades(boxes, picture.shape[1:], IGNORED if dense else 0)
    height, width = ids.shape
    layers = [Layer(gsd * r, averaged(picture, r), ids[r // 2 :: r, r // 2 :: r][: height // r, : width // r]) for r in ratios]
    return Scene(name, layers, boxes=boxes, **rest)


def crown_shades(boxes: np.ndarray, shape: tuple[int, int], outside: int) -> np.ndarray:
    """Numbers (H x W) of crowns in boxes: CROWN at an ellipse's rim, CROWN + SHADES in its middle; where several lie, the nearest."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    ids = np.full(shape, outside, np.int32)
    nearness = np.full(shape, -1.0)
    for left, top, right, bottom in boxes:
        across = (x - (left + right) / 2) / max(0.5, (right - left) / 2)
        down = (y - (top + bottom) / 2) / max(0.5, (bottom - top) / 2)
        ids[(abs(across) < 1) & (abs(down) < 1)] = IGNORED
        nearness = np.maximum(nearness, 1 - np.hypot(across, down))
    return np.where(nearness > 0, CROWN + np.round(nearness * SHADES), ids).astype(np.int32)


def read_boxes(stem: str) -> np.ndarray:
    """N x 4: left, top, right, bottom in pixels, of a VOC file or a table beside a picture."""
    if os.path.exists(f"{stem}.xml"):
        found = ElementTree.parse(f"{stem}.xml").iter("bndbox")
        rows = [[round(float(box.find(k).text)) for k in ("xmin", "ymin", "xmax", "ymax")] for box in found]
    else:
        with open(f"{stem}.csv") as file:
            rows = [[round(float(row[k])) for k in ("xmin", "ymin", "xmax", "ymax")] for row in csv.DictReader(file)]
    return np.array(rows, np.int32)


def mask_scene(name: str, stem: str, **rest: object) -> Scene:
    """A picture with a mask of the same size beside it, in which what is looked for is not 0."""
    picture, dataset = read_rgb(f"{stem}.tif")
    mask = gdal.Open(f"{stem}_mask.tif").ReadAsArray()
    return Scene(name, [Layer(_metres(dataset), picture, np.where(mask > 0, UNPARTED, 0).astype(np.int32))], area=True, **rest)
