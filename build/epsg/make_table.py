#!/usr/bin/env python3
"""Writes shared/geo/epsgTable.json: every EPSG code that a raster may carry, as a proj4 definition.

    python3 build/epsg/make_table.py            (Debian: python3-gdal, python3-numpy, proj-data; some minutes)

The table is derived from PROJ's copy of the EPSG dataset (https://epsg.org, terms of use allow derived works that name
the source). Run it again when a newer dataset is wanted; nothing else needs Python.

Two things differ from what `projinfo -o PROJ` prints, because proj4js has no database to look a datum up in:
- the datum shift is written out as +towgs84. It is the one of the dataset that reproduces PROJ's own choice (without
  grid files) over the area of use; where PROJ composes several, a least-squares fit of it.
- no +nadgrids: the program ships no grids.
"""
import json
import os
import re
import sqlite3
import sys

import numpy as np
from osgeo import gdal, osr

osr.DontUseExceptions()
gdal.PushErrorHandler("CPLQuietErrorHandler")
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PROJ_DB = next(p for p in (os.path.join(d, "proj.db") for d in osr.GetPROJSearchPaths()) if os.path.exists(p))
ARC_SECOND = np.pi / 180 / 3600
GOOD = 0.02  # m: a published shift that stays within this of PROJ's own result is taken as it is
NAD27_STATES = (-125, 24, -66, 49)  # degrees: west, south, east, north of the United States without Alaska
COHERENT = 0.5  # m: a fitted one must reach this nearly everywhere, else PROJ uses several shifts and none is fitted


def main():
    db = sqlite3.connect(PROJ_DB)
    areas = read_areas(db)
    # NAD27 by itself: its area reaches from Panama to the Arctic, where a mean of all shifts is 100 m off everywhere.
    areas["4267"] = NAD27_STATES
    shifts = read_shifts(db)
    datums, lines, worst, replaced = {}, [], [], []
    rows = db.execute(
        "select code, type, name from crs_view where auth_name = 'EPSG' and type in "
        "('projected', 'geographic 2D', 'geographic 3D', 'geocentric') order by code"
    ).fetchall()
    for done, (code, kind, name) in enumerate(rows):
        if done % 500 == 0:
            print(done, "of", len(rows), file=sys.stderr)
        srs = reference(code)
        current = srs and srs.GetAuthorityCode(None)
        if current and current != str(code):
            replaced.append(f"{code}\t{current}")
        definition = srs and srs.ExportToProj4()
        if not definition:
            continue
        projection, datum = split(definition, srs)
        axes = (srs.GetAxisOrientation(None, 0), srs.GetAxisOrientation(None, 1))
        if "+axis" not in projection and axes in AXES:
            projection += f" +axis={AXES[axes]}"
        if kind != "geocentric":
            shift, error = best_shift(srs, areas.get(str(code)), shifts)
            if shift is not None:
                datum += " +towgs84=" + ",".join(number(value, digits) for value, digits in zip(shift, DIGITS))
                worst.append((round(error, 3), code))
        index = datums.setdefault(datum, len(datums))
        unit = srs.GetAngularUnits() if "geographic" in kind else None
        if unit and abs(unit - np.pi / 180) > 1e-12:
            projection += f" +to_radian={unit:.15g}"
        lines.append("\t".join([str(code), LETTER[kind], name, str(index), projection]))
    worst.sort(reverse=True)
    print("largest disagreements with PROJ [m, code]:", worst[:20], file=sys.stderr)
    for limit in (0.02, 1, 10):
        print(f"over {limit} m:", sum(error > limit for error, _ in worst), file=sys.stderr)
    table = {
        "source": "EPSG Dataset " + dict(db.execute("select key, value from metadata"))["EPSG.VERSION"],
        "datums": "\n".join(datums),
        "crs": "\n".join(lines),
        "replaced": "\n".join(replaced),
        "compounds": "\n".join(read_compounds(db)),
        "conversions": "\n".join(read_conversions(db)),
        "geodeticDatums": "\n".join(read_geodetic_datums(db)),
        "datumNames": "\n".join(read_datum_names(db)),
        "ellipsoids": "\n".join(read_ellipsoids(db)),
        "meridians": "\n".join(read_meridians(db)),
        "units": "\n".join(read_units(db)),
    }
    with open(os.path.join(ROOT, "shared", "geo", "epsgTable.json"), "w", encoding="utf-8") as out:
        json.dump(table, out, indent=2, ensure_ascii=False)
        out.write("\n")


# PROJ's export leaves these out for some projections.
AXES = {(osr.OAO_South, osr.OAO_West): "swu", (osr.OAO_West, osr.OAO_South): "wsu"}
DIGITS = (4, 4, 4, 7, 7, 7, 7)
LETTER = {"projected": "p", "geographic 2D": "g", "geographic 3D": "g", "geocentric": "c"}


def number(value, digits):
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def reference(code):
    srs = osr.SpatialReference()
    if srs.ImportFromEPSG(int(code)) != 0:
        return None
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return srs


def split(definition, srs):
    """A PROJ string as (projection with units, ellipsoid in numbers with prime meridian)."""
    projection, datum = [], [ellipsoid(srs)]
    for part in definition.split():
        key = part.lstrip("+").split("=")[0]
        if key in ("no_defs", "type", "nadgrids", "towgs84", "wktext", "vunits", "geoidgrids"):
            # The one null grid that carries meaning: a sphere whose latitudes are those of WGS 84.
            if part == "+nadgrids=@null":
                datum = ["+a=6378137 +b=6378137 +nadgrids=@null"]
            continue
        if key == "pm":
            datum.append(part)
        elif key not in ("datum", "ellps", "a", "b", "rf", "f", "R"):
            projection.append(part)
    return " ".join(projection), " ".join(datum)


def ellipsoid(srs):
    a, inverse = srs.GetSemiMajor(), srs.GetInvFlattening()
    if a == 6378137 and abs(inverse - 298.257223563) < 1e-9:
        return "+ellps=WGS84"
    if a == 6378137 and abs(inverse - 298.257222101) < 1e-9:
        return "+ellps=GRS80"
    return f"+a={a:.13g} " + (f"+rf={inverse:.15g}" if inverse else f"+b={a:.13g}")


def read_areas(db):
    query = (
        "select u.object_code, e.west_lon, e.south_lat, e.east_lon, e.north_lat from usage u "
        "join extent e on e.auth_name = u.extent_auth_name and e.code = u.extent_code "
        "where u.object_auth_name = 'EPSG' and u.object_table_name in ('projected_crs', 'geodetic_crs')"
    )
    return {str(code): box for code, *box in db.execute(query) if None not in box}


def read_shifts(db):
    """Helmert parameters in proj4's order and signs (position vector) by source CRS code, target near WGS 84."""
    shifts = {}
    factors = read_factors(db)
    for source, method, tx, ty, tz, rx, ry, rz, scale, rate, *units in db.execute(
        "select source_crs_code, method_code, tx, ty, tz, rx, ry, rz, scale_difference, rate_tx, "
        "translation_uom_code, rotation_uom_code, scale_difference_uom_code "
        "from helmert_transformation_table where source_crs_auth_name = 'EPSG'"
    ):
        if rate is not None or int(method) not in POSITION_VECTOR | COORDINATE_FRAME | TRANSLATIONS:
            continue
        metre, arc_second, ppm = (factors.get(unit, 0) for unit in units)
        metre, arc_second, ppm = metre, arc_second / ARC_SECOND, ppm * 1e6
        sign = -1 if int(method) in COORDINATE_FRAME else 1
        full = (tx * metre, ty * metre, tz * metre)
        if rx is not None:
            full += tuple(sign * angle * arc_second for angle in (rx, ry, rz)) + ((scale or 0) * ppm,)
        shifts.setdefault(int(source), []).append(full)
    return shifts


def read_factors(db):
    return dict(db.execute("select code, conv_factor from unit_of_measure where auth_name = 'EPSG'"))


TRANSLATIONS = {9603, 1031, 1035}
POSITION_VECTOR = {9606, 1033, 1037}
COORDINATE_FRAME = {9607, 1032, 1038}


def best_shift(srs, area, shifts):
    """(towgs84, error in m against PROJ), or (None, None) where PROJ itself knows no way to WGS 84."""
    base = srs.CloneGeogCS()
    base.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    if base.GetAuthorityCode(None) == "4326" or "+nadgrids=@null" in srs.ExportToProj4() or area is None:
        return None, None
    wgs84 = reference(4326)
    box_west, south, east, north = area
    if base.GetAuthorityCode(None) == "4267" and south < 40:
        # NAD27 has a shift for each province and state. Where an area spans both countries, most rasters on this datum
        # are of the United States.
        north = min(north, 49)
    west = box_west if box_west <= east else box_west - 360
    to_base = osr.CoordinateTransformation(wgs84, base)
    to_wgs84 = osr.CoordinateTransformation(base, wgs84)
    before, after = [], []
    for across in (0.1, 0.3, 0.5, 0.7, 0.9):
        for up in (0.1, 0.3, 0.5, 0.7, 0.9):
            lon = west + across * (east - west)
            lat = max(-89, min(89, south + up * (north - south)))
            source = to_base.TransformPoint(lon + 360 if lon < -180 else lon, lat, 0)
            target = to_wgs84.TransformPoint(source[0], source[1], 0)
            if all(np.isfinite(source[:2])) and all(np.isfinite(target[:2])):
                before.append(source[:2])
                after.append(target[:2])
    if len(before) < 5:
        return None, None
    before, after = np.array(before), np.array(after)
    unit = base.GetAngularUnits()
    # GDAL gives the prime meridian in degrees whatever the unit of the system.
    degrees = before * np.degrees(unit)
    degrees[:, 0] += float(base.GetAttrValue("PRIMEM", 1) or 0)
    # Where PROJ knows no shift it copies longitude and latitude, whatever the ellipsoid; so does proj4 without +towgs84.
    if np.max(np.abs(degrees - after)) < 1e-9:
        return None, None
    lonlat = np.radians(degrees)
    a = base.GetSemiMajor()
    flattening = 1 / base.GetInvFlattening() if base.GetInvFlattening() else 0.0
    x = geocentric(lonlat, a, flattening)
    wanted = np.radians(after)
    y = geocentric(wanted, 6378137.0, 1 / 298.257223563)

    def errors(shift):
        d = geodetic(apply(shift, x)) - wanted
        d[:, 0] = (d[:, 0] + np.pi) % (2 * np.pi) - np.pi
        return np.hypot(d[:, 0] * np.cos(wanted[:, 1]), d[:, 1]) * 6378137

    # Judged by the median and the 80th percentile, because a large area may be served by several shifts.
    code = base.GetAuthorityCode(None)
    known = [(0.0, 0.0, 0.0)] + shifts.get(int(code) if code else 0, [])
    best = min(known, key=lambda shift: np.median(errors(shift)))
    if np.median(errors(best)) < GOOD:
        return best, float(np.median(errors(best)))
    if np.percentile(errors(best), 80) < COHERENT:
        return best, float(np.median(errors(best)))
    centre = np.argsort(np.linalg.norm(x - np.median(x, axis=0), axis=1))[:9]
    three = tuple(np.mean(y - x, axis=0))
    for shift in [three, fit_seven(x, wanted), fit_seven(x[centre], wanted[centre])]:
        is_sane = len(shift) == 3 or (max(map(abs, shift[3:6])) < 10 and abs(shift[6]) < 50)
        if is_sane and np.percentile(errors(shift), 80) < COHERENT:
            return shift, float(np.median(errors(shift)))
    if np.median(errors(three)) < np.median(errors(best)):
        best = three
    return best, float(np.median(errors(best)))


def fit_seven(x, wanted):
    """
    Helmert parameters whose longitudes and latitudes come nearest, by Gauss-Newton. Over a small area rotations and
    translations stand for each other; a prior of a few arc-seconds and parts per million keeps them sane beyond it.
    """
    start = np.zeros(7)
    start[:3] = np.mean(geocentric(wanted, 6378137.0, 1 / 298.257223563) - x, axis=0)
    prior = np.diag([0, 0, 0, 1 / 3, 1 / 3, 1 / 3, 1 / 5]) * 0.001  # residuals of 1 mm weigh as much as one sigma
    shift = start.copy()
    for _ in range(8):
        base = residuals(apply(tuple(shift), x), wanted)
        jacobian = np.empty((base.size, 7))
        for k in range(7):
            step = shift.copy()
            step[k] += 0.1
            jacobian[:, k] = (residuals(apply(tuple(step), x), wanted) - base) / 0.1
        left = np.vstack([jacobian, prior, 1e-6 * np.eye(7)])
        right = np.concatenate([-base, -prior @ shift, np.zeros(7)])
        shift = shift + np.linalg.lstsq(left, right, rcond=None)[0]
    return tuple(shift)


def residuals(xyz, wanted):
    d = geodetic(xyz) - wanted
    d[:, 0] = ((d[:, 0] + np.pi) % (2 * np.pi) - np.pi) * np.cos(wanted[:, 1])
    return d.ravel() * 6378137


def apply(shift, xyz):
    """proj4's towgs84: position vector rotation, small angles, scale in parts per million."""
    moved = np.asarray(shift[:3], dtype=float)
    if len(shift) == 3:
        return xyz + moved
    rx, ry, rz = np.asarray(shift[3:6]) * ARC_SECOND
    rotation = np.array([[1, -rz, ry], [rz, 1, -rx], [-ry, rx, 1]])
    return moved + (1 + shift[6] * 1e-6) * xyz @ rotation.T


def geocentric(lonlat, a, flattening):
    e2 = flattening * (2 - flattening)
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    n = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    return np.stack([n * np.cos(lat) * np.cos(lon), n * np.cos(lat) * np.sin(lon), n * (1 - e2) * np.sin(lat)], axis=1)


def geodetic(xyz):
    a, flattening = 6378137.0, 1 / 298.257223563
    e2 = flattening * (2 - flattening)
    p = np.hypot(xyz[:, 0], xyz[:, 1])
    lat = np.arctan2(xyz[:, 2], p * (1 - e2))
    for _ in range(8):
        n = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
        lat = np.arctan2(xyz[:, 2] + e2 * n * np.sin(lat), p)
    return np.stack([np.arctan2(xyz[:, 1], xyz[:, 0]), lat], axis=1)


def read_compounds(db):
    """Compound code, its horizontal code, its vertical code."""
    query = (
        "select code, horiz_crs_code, vertical_crs_code from compound_crs "
        "where auth_name = 'EPSG' and horiz_crs_auth_name = 'EPSG' and vertical_crs_auth_name = 'EPSG' order by code"
    )
    return ["\t".join(map(str, row)) for row in db.execute(query)]


def read_conversions(db):
    """Projection (conversion) code and a projected CRS that uses it; GeoTIFF's ProjectionGeoKey holds the former."""
    query = (
        "select conversion_code, min(code) from projected_crs where auth_name = 'EPSG' and "
        "conversion_auth_name = 'EPSG' and cast(conversion_code as integer) < 32767 group by conversion_code "
        "order by cast(conversion_code as integer)"
    )
    return ["\t".join(map(str, row)) for row in db.execute(query)]


def read_geodetic_datums(db):
    """Datum code and a geographic 2D CRS on it."""
    query = (
        "select datum_code, min(code) from geodetic_crs where auth_name = 'EPSG' and datum_auth_name = 'EPSG' and "
        "type = 'geographic 2D' and deprecated = 0 group by datum_code order by cast(datum_code as integer)"
    )
    return ["\t".join(map(str, row)) for row in db.execute(query)]


def read_datum_names(db):
    """Datum names of EPSG, ESRI and OGC in letters and digits only, with a geographic 2D CRS on the datum."""
    on_datum = dict(
        db.execute(
            "select datum_code, min(code) from geodetic_crs where auth_name = 'EPSG' and datum_auth_name = 'EPSG' and "
            "type = 'geographic 2D' and deprecated = 0 group by datum_code"
        )
    )
    names = {}
    for code, name in db.execute(
        "select code, name from geodetic_datum where auth_name = 'EPSG' and deprecated = 0 union all "
        "select code, alt_name from alias_name where table_name = 'geodetic_datum' and auth_name = 'EPSG'"
    ):
        plain = re.sub("[^a-z0-9]", "", re.sub("^d_", "", name.lower()))
        if code in on_datum and len(plain) > 2:
            names.setdefault(plain, on_datum[code])
    return [f"{name}\t{code}" for name, code in sorted(names.items())]


def read_ellipsoids(db):
    """Code, semi-major axis in m, inverse flattening (0: sphere)."""
    factors = read_factors(db)
    lines = []
    query = (
        "select code, semi_major_axis, uom_code, inv_flattening, semi_minor_axis from ellipsoid "
        "where auth_name = 'EPSG' order by code"
    )
    for code, a, uom, rf, b in db.execute(query):
        factor = factors[uom]
        inverse = rf if rf is not None else (0 if a == b else a / (a - b))
        lines.append(f"{code}\t{a * factor:.13g}\t{inverse:.15g}")
    return lines


def read_meridians(db):
    """Code, degrees east of Greenwich."""
    factors = read_factors(db)
    query = "select code, longitude, uom_code from prime_meridian where auth_name = 'EPSG' order by code"
    lines = []
    for code, longitude, uom in db.execute(query):
        degrees = sexagesimal(longitude) if int(uom) == 9110 else np.degrees(longitude * factors[uom])
        lines.append(f"{code}\t{degrees:.15g}")
    return lines


def sexagesimal(value):
    """EPSG's unit 9110, DDD.MMSSsss, in degrees."""
    sign = -1 if value < 0 else 1
    text = f"{abs(value):.10f}"
    whole, fraction = text.split(".")
    return sign * (int(whole) + int(fraction[:2]) / 60 + float(fraction[2:4] + "." + fraction[4:]) / 3600)


def read_units(db):
    """Code, l(ength) in m or a(ngle) in radians, factor, name."""
    query = (
        "select code, substr(type, 1, 1), conv_factor, name from unit_of_measure where auth_name = 'EPSG' "
        "and type in ('length', 'angle') and conv_factor > 0 order by code"
    )
    return [f"{code}\t{kind}\t{factor:.15g}\t{name}" for code, kind, factor, name in db.execute(query)]


main()
