"""
Trains the engine's models: `python3 build/training/train.py` makes all of them; README.md beside this file says more.
"""

import argparse
import json
import os

import numpy as np
import torch

from crops import Crops
from export import export
from judge import Objects, boxes_of, instances, match, matched_boxes, probabilities
from learn import Learner
from net import Net
from recipes import RECIPES, Recipe
from scenes import Scene

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

LEAST_OBJECT = 12
"""m2; smaller ones are not counted."""

AREA = Objects(whole=0.5, levels=(0.0,), reach=0, least_core=0, least_part=0)


def judged(net: Net, scenes: list[Scene], gsd: float, objects: Objects | None) -> dict[str, dict[str, float]]:
    """Figures for the parts that are kept out, at the first layer no finer than `gsd` (m)."""
    figures = {}
    for scene in scenes:
        if scene.held is None:
            continue
        if scene.boxes is not None:
            figures[scene.name] = box_figures(net, scene, gsd, objects or AREA)
            continue
        layer = next((l for l in scene.layers if l.gsd >= gsd * 0.98), scene.layers[-1])
        height, width = layer.ids.shape
        left, top, right, bottom = scene.held
        part = np.s_[int(top * height) : int(bottom * height), int(left * width) : int(right * width)]
        p = probabilities(net, layer.picture[:, part[0], part[1]])
        truth = layer.ids[part]
        if truth.shape != p.shape[1:]:
            truth = truth[::2, ::2][: p.shape[1], : p.shape[2]]
        found = instances(p, objects if objects and not scene.area else AREA, layer.gsd)
        figures[scene.name] = match(found, truth, least=int(LEAST_OBJECT / layer.gsd**2))
    return figures


def box_figures(net: Net, scene: Scene, gsd: float, objects: Objects) -> dict[str, float]:
    """Recall and precision of boxes at an IoU of 0.4."""
    layer = next((l for l in scene.layers if l.gsd >= gsd * 0.98), scene.layers[-1])
    found = boxes_of(instances(probabilities(net, layer.picture), objects, layer.gsd)) * (layer.gsd / scene.layers[0].gsd)
    return matched_boxes(found, scene.boxes, 0.4)


def told(figures: dict[str, dict[str, float]]) -> str:
    return "; ".join(
        f"{name[:9]} P {f['precision']:.2f} R {f['recall']:.2f} F1 {f['f1']:.3f} IoU {f.get('iou', 0):.3f}"
        for name, f in figures.items()
    )


def train(recipe: Recipe, options: argparse.Namespace) -> None:
    folder = os.path.join(options.out, recipe.name)
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(options.seed)
    scenes = recipe.scenes(options.labels, os.path.join(options.out, "scenes"))
    net = Net(recipe.stem, recipe.widths)
    if options.start:
        net.load_state_dict(torch.load(options.start))
    learner = Learner(net, recipe.course, folder)
    learner.resume()
    trained = scenes if options.everything else [scene for scene in scenes if scene.train]
    crops = Crops(
        trained,
        recipe.side,
        recipe.gsds,
        options.seed * 1_000_003 + learner.step,
        coarse=recipe.coarse,
        everything=options.everything,
        find=recipe.find,
        light=recipe.light,
    )

    def look(now: Learner) -> None:
        averaged = now.average(Net(recipe.stem, recipe.widths))
        torch.save(averaged.state_dict(), os.path.join(folder, "averaged.pt"))
        figures = judged(averaged, scenes, recipe.gsds[0] * 1.1, recipe.objects)
        print(f"{recipe.name} at {now.step}: {told(figures)}", flush=True)
        with open(os.path.join(folder, "figures.json"), "w") as file:
            json.dump({"step": now.step, "held out": figures}, file, indent=2)

    learner.run(crops, look)


def rounded(figures: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {name: {key: round(value, 3) for key, value in row.items()} for name, row in figures.items()}


def ship(recipe: Recipe, options: argparse.Namespace) -> None:
    """Writes the averaged weights of the last checkpoint as ONNX, and a card that says what they are, for the engine."""
    folder = os.path.join(options.out, recipe.name)
    net = Net(recipe.stem, recipe.widths)
    net.load_state_dict(torch.load(os.path.join(folder, "averaged.pt")))
    os.makedirs(options.weights, exist_ok=True)
    path = os.path.join(options.weights, f"{recipe.name}.onnx")
    export(net.eval(), path)
    with open(os.path.join(folder, "figures.json")) as file:
        reached = json.load(file)
    scenes = recipe.scenes(options.labels, os.path.join(options.out, "scenes"))
    judged_after = reached["step"]
    if options.judged_by:
        twin = os.path.join(options.judged_by, recipe.name)
        net.load_state_dict(torch.load(os.path.join(twin, "averaged.pt")))
        with open(os.path.join(twin, "figures.json")) as file:
            judged_after = json.load(file)["step"]
    figures = judged(net, scenes, recipe.gsds[0] * 1.1, recipe.objects)
    card = {
        "model": recipe.name,
        "everything": options.everything,
        "seed": options.seed,
        "steps": reached["step"],
        "judgedAfter": judged_after,
        "batch": recipe.course.batch,
        "parameters": net.parameter_count(),
        "bytes": os.path.getsize(path),
        "trainedGsd": list(recipe.gsds),
        "attribution": recipe.attribution,
        "heldOut": rounded(figures),
    }
    with open(os.path.join(options.weights, f"{recipe.name}.json"), "w") as file:
        json.dump(card, file, indent=2)
        file.write("\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=[*RECIPES, "all"], default="all")
    parser.add_argument("--labels", default=os.path.join(ROOT, "..", "shared", "data", "labels"))
    parser.add_argument("--out", default=os.path.join(ROOT, "build", "training", "runs"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", help="weights to begin with (an averaged.pt) instead of random ones")
    parser.add_argument("--rate", type=float, help="the highest rate of learning, instead of the recipe's")
    parser.add_argument("--steps", type=int, help="instead of the recipe's")
    parser.add_argument("--everything", action="store_true", help="train on what is kept out as well")
    parser.add_argument("--judged-by", help="the folder (--out) of a run that kept its parts out: the card tells its figures")
    parser.add_argument("--weights", default=os.path.join(ROOT, "main", "engine", "models", "weights"))
    parser.add_argument("--ship", action="store_true", help="write the weights of the last checkpoint; no training")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    if options.everything and not options.judged_by:
        parser.error("weights that saw everything cannot be judged by it: name a run that did not with --judged-by")
    torch.set_num_threads(options.threads)
    for name, recipe in RECIPES.items():
        if options.model in (name, "all"):
            if options.steps:
                recipe.course.steps = options.steps
            if options.rate:
                recipe.course.rate = options.rate
            if not options.ship:
                train(recipe, options)
            ship(recipe, options)


if __name__ == "__main__":
    main()
