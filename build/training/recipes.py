"""What each model is trained on, and for how long."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from judge import Objects
from learn import Course
from net import WIDTHS
from scenes import Scene, crowns_scene, mask_scene, outlined_scene, synthetic_scene

BANEPA = "Banepa, Nepal: (c) OpenAerialMap contributors, HOTOSM, CC BY 4.0"
ZURICH = "Zurich: imagery and labels (c) swisstopo, SWISSIMAGE"
NEON = "NEON AOP imagery CC0; tree boxes weecology, CC BY 4.0"
SYNTHETIC = "synthetic scenes of this program's own generator"
KAMPALA = "Kampala, Uganda: imagery OpenAerialMap CC BY 4.0, outlines (c) OpenStreetMap contributors ODbL 1.0"


@dataclass
class Recipe:
    name: str
    course: Course
    side: int
    """px of a crop"""
    gsds: tuple[float, float]
    """m; the pixels that crops have"""
    stem: int
    scenes: Callable[[str, str], list[Scene]]
    """Of the folder of labels and a folder for what is generated."""
    attribution: list[str]
    widths: tuple[int, ...] = WIDTHS
    objects: Objects | None = None
    """Where objects lie apart and are counted; else the area alone is judged."""
    find: float = 0.0
    """Share of crops centred on something that is looked for: for what is rare."""
    light: float = 1.0
    """How much light and colours vary: less where colour tells what something is."""
    coarse: float = 0.1
    """Share of crops with pixels of up to twice the coarsest."""


def building_scenes(labels: str, _made: str) -> list[Scene]:
    """A third of each town is kept out: the south of Banepa, the east of Kampala."""

    def scene(name: str, ratios: tuple[int, ...], **rest: object) -> Scene:
        path = os.path.join(labels, f"buildings_{name}")
        return outlined_scene(name, f"{path}.tif", f"{path}.geojson", ratios, **rest)

    return [
        scene("banepa_2048x4096", (1, 2, 3), train=[(0, 0, 1, 0.68)], held=(0, 0.7, 1, 1), weight=0.7),
        scene("kampala_2048x2048", (1, 2, 3, 4, 5), train=[(0, 0, 0.64, 1)], held=(0.66, 0, 1, 1), weight=0.3),
    ]


SMALL = (16, 32, 64, 96)

DEEP = (16, 32, 64, 96, 128)
"""For fine pixels: narrow where there are most of them, and a level more, so that as much ground is seen."""

GENERATOR = os.path.join("dist", "sample", "sample.mjs")


def generated_scenes(
    only: tuple[str, ...], gsd: float, ratios: tuple[int, ...], count: int = 7, kept: int = 1, **given: object
) -> Callable[[str, str], list[Scene]]:
    """Scenes of the generator; the last `kept` of `count` are kept out."""

    def scenes(_labels: str, made: str) -> list[Scene]:
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        os.makedirs(made, exist_ok=True)
        found = []
        for seed in range(101, 101 + count):
            stem = os.path.join(made, f"scene-{gsd}-{seed}")
            if not os.path.exists(f"{stem}.geojson"):
                side = str(round(620 / gsd))
                size = ["--width", side, "--height", side, "--gsd", str(gsd), "--seed", str(seed)]
                command = ["node", GENERATOR, "--out", made, "--name", os.path.basename(stem), *size]
                subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            whole = (0.0, 0.0, 1.0, 1.0)
            rest = {"train": [], "held": whole, **given} if seed > 100 + count - kept else {"train": [whole], **given}
            found.append(synthetic_scene(f"generator_{seed}", stem, only, ratios, **rest))
        return found

    return scenes


DENSE_FOREST = "HARV"
BROAD_CROWNS = "SJER"
"""Two stands alone have oaks of 5 to 15 m; they count twice."""

HELD_STANDS = ("SJER_058", "OSBS_036", "TEAK_052", "TEAK_059")
HELD_MASK = "11"

CROWN_LEVELS = tuple(level / 16 for level in range(4, 14))


def forest_scenes(labels: str, made: str) -> list[Scene]:
    """One of the three masks, four of the thirteen stands and one of the generator's scenes are kept out."""
    whole = (0.0, 0.0, 1.0, 1.0)

    def kept(out: bool) -> dict[str, object]:
        return {"train": [] if out else [whole], "held": whole if out else None}

    scenes = []
    for number in ("00", "05", "11"):
        stem = os.path.join(labels, f"treemask_zurich_{number}")
        scenes.append(mask_scene(f"zurich_{number}", stem, gsds=(0.36, 0.55), **kept(number == HELD_MASK)))
    for file in sorted(os.listdir(labels)):
        name = file[6:-4]
        if not file.startswith("trees_") or not file.endswith(".tif"):
            continue
        dense = name.startswith(DENSE_FOREST)
        path = os.path.join(labels, file)
        weight = 0.4 if dense else 2.0 if name.startswith(BROAD_CROWNS) else 1.0
        scenes.append(crowns_scene(name, path, (1, 2, 3), dense, weight=weight, **kept(name in HELD_STANDS)))
    trees = generated_scenes(("tree", "forest"), 0.3, (1,), parted=False, area=True, weight=0.1)
    return [*scenes, *trees(labels, made)]


PARTING = (0.4375, 0.5, 0.5625, 0.625, 0.6875)
"""The levels of the core of a building, and of its parts: see `Objects`."""

RECIPES = {
    "buildings": Recipe(
        name="buildings",
        course=Course(steps=9000, batch=8, fall=0.6, decay=0.05),
        side=192,
        gsds=(0.18, 0.36),
        stem=2,
        scenes=building_scenes,
        attribution=[BANEPA, KAMPALA],
        objects=Objects(whole=0.5, levels=PARTING, reach=12, least_core=3, least_part=16),
    ),
    "buildings-fine": Recipe(
        name="buildings-fine",
        course=Course(steps=8000, batch=4, fall=0.6, decay=0.05, border=2),
        side=320,
        gsds=(0.115, 0.32),
        stem=2,
        scenes=building_scenes,
        attribution=[BANEPA, KAMPALA],
        widths=DEEP,
        objects=Objects(whole=0.5, levels=PARTING, reach=12, least_core=3, least_part=16),
    ),
    "roads": Recipe(
        name="roads",
        course=Course(steps=400, batch=6, rise=50),
        side=192,
        gsds=(0.3, 0.62),
        stem=2,
        scenes=generated_scenes(("road",), 0.3, (1, 2)),
        attribution=[SYNTHETIC],
        widths=SMALL,
    ),
    "forest": Recipe(
        name="forest",
        course=Course(steps=12000, batch=8, fall=0.6, decay=0.05),
        light=0.7,
        side=128,
        gsds=(0.12, 0.3),
        stem=2,
        scenes=forest_scenes,
        attribution=[ZURICH, NEON, SYNTHETIC],
        widths=SMALL,
        objects=Objects(whole=0.5, levels=CROWN_LEVELS, reach=8, least_core=0.5, least_part=0.5),
    ),
    "construction": Recipe(
        name="construction",
        course=Course(steps=2500, batch=8, rise=50, decay=0.05),
        side=128,
        gsds=(0.5, 1.1),
        stem=2,
        scenes=generated_scenes(("construction",), 0.5, (1, 2), count=40, kept=6, area=True),
        attribution=[SYNTHETIC],
        widths=SMALL,
        find=0.4,
        light=0.4,
    ),
}
