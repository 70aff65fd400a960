"""
A few steps on a scene of its own making, then an export: shows that the training works, not that it is good. Prints what the loss
was and became; ends with 1 where it did not fall.
"""

import os
import sys
import tempfile

import numpy as np
import torch

from crops import Crops
from export import export
from learn import Course, Learner, loss_of
from net import Net
from scenes import Layer, Scene


def houses(side: int) -> Scene:
    """Bright boxes on dark ground."""
    random = np.random.default_rng(7)
    ids = np.zeros((side, side), np.int32)
    picture = random.integers(60, 90, (3, side, side)).astype(np.uint8)
    for number in range(1, 40):
        x, y = random.integers(0, side - 24, 2)
        w, h = random.integers(8, 24, 2)
        ids[y : y + h, x : x + w] = number
        picture[:, y : y + h, x : x + w] = random.integers(150, 230, (3, 1, 1))
    return Scene("houses", [Layer(0.3, picture, ids)], train=[(0, 0, 1, 1)])


def main() -> int:
    torch.manual_seed(1)
    torch.set_num_threads(1)
    scene = houses(256)
    crops = Crops([scene], 64, (0.25, 0.4), seed=1)
    picture, ids = Crops([scene], 64, (0.25, 0.4), seed=2, empty=0).batch(4)
    net = Net(2, (8, 16, 16, 16))
    with tempfile.TemporaryDirectory() as folder:
        learner = Learner(net, Course(steps=24, batch=2, rise=3), folder)
        before = float(loss_of(net(picture.to(learner.device)), ids.to(learner.device)))
        learner.run(crops, lambda now: None, every=12)
        resumed = Learner(Net(2, (8, 16, 16, 16)), learner.course, folder)
        resumed.resume()
        after = float(loss_of(net(picture.to(learner.device)), ids.to(learner.device)))
        path = os.path.join(sys.argv[1] if len(sys.argv) > 1 else folder, "smoke.onnx")
        export(learner.average(Net(2, (8, 16, 16, 16))), path)
        print(f"loss {before:.3f} to {after:.3f}; checkpoint of step {resumed.step}; {os.path.getsize(path)} bytes")
    return 0 if after < before and resumed.step == 24 else 1


if __name__ == "__main__":
    sys.exit(main())
