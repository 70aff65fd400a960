"""Objects of probabilities, and how well they match the truth."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from net import INTERIOR, Net


def probabilities(net: Net, picture: np.ndarray, window: int = 384, margin: int = 64) -> np.ndarray:
    """3 x H x W of a picture (3 x H x W bytes), window by window as the engine does it."""
    _, height, width = picture.shape
    x = torch.from_numpy(picture.astype(np.float32))[None] / 127.5 - 1
    out = np.zeros((3, height, width), np.float32)
    net.eval()
    with torch.no_grad():
        for top in range(0, height, window):
            for left in range(0, width, window):
                y0, x0 = max(0, top - margin), max(0, left - margin)
                y1, x1 = min(height, top + window + margin), min(width, left + window + margin)
                part = x[:, :, y0:y1, x0:x1]
                down, right = -(y1 - y0) % net.step, -(x1 - x0) % net.step
                p = net(F.pad(part, (0, right, 0, down))).float().softmax(1)[0].numpy()
                bottom, end = min(height, top + window), min(width, left + window)
                out[:, top:bottom, left:end] = p[:, top - y0 : bottom - y0, left - x0 : end - x0]
    return out


def components(mask: np.ndarray) -> np.ndarray:
    """Numbers (from 1) of 4-connected parts of a mask, by runs and union-find."""
    height, width = mask.shape
    parent = [0]

    def root(a: int) -> int:
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        return a

    labels = np.zeros((height, width), np.int32)
    before: list[tuple[int, int, int]] = []
    for y in range(height):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], mask[y].astype(np.int8), [0]))))
        runs = []
        i = 0
        for start, end in zip(edges[::2], edges[1::2]):
            own = 0
            while i < len(before) and before[i][1] <= start:
                i += 1
            j = i
            while j < len(before) and before[j][0] < end:
                other = root(before[j][2])
                if own == 0:
                    own = other
                elif other != own:
                    parent[max(own, other)] = min(own, other)
                    own = min(own, other)
                j += 1
            if own == 0:
                own = len(parent)
                parent.append(own)
            labels[y, start:end] = own
            runs.append((start, end, own))
        before = runs
    roots = np.array([root(a) for a in range(len(parent))], np.int32)
    numbers = np.unique(roots, return_inverse=True)[1]
    return numbers[labels].astype(np.int32)


@dataclass
class Objects:
    """How probabilities become objects that lie apart, as in `main/engine/models/learned/index.ts`; areas in m2."""

    whole: float
    levels: tuple[float, ...]
    """The core's probability of the interior, then rising ones at which a core may fall into several."""
    reach: int
    least_core: float
    least_part: float


def cores(p: np.ndarray, rule: Objects, gsd: float) -> np.ndarray:
    """Numbers of cores; one that falls into several large enough at a higher level gives way to them."""
    mask = p[0] <= 1 - rule.whole
    numbers = np.zeros(mask.shape, np.int64)
    for number, level in enumerate(rule.levels):
        parts = components((p[INTERIOR] >= level) & mask)
        least = (rule.least_core if number == 0 else rule.least_part) / gsd**2
        parts[np.bincount(parts.ravel())[parts] < least] = 0
        if number == 0:
            numbers = parts.astype(np.int64)
            continue
        inside = parts > 0
        pairs = np.unique(np.stack((numbers[inside], parts[inside])), axis=1)
        several = np.bincount(pairs[0], minlength=numbers.max() + 1) > 1
        several[0] = False
        fallen = several[numbers]
        numbers = np.where(fallen, np.where(inside, parts + numbers.max(), 0), numbers)
    return np.unique(numbers, return_inverse=True)[1].reshape(mask.shape)


def instances(p: np.ndarray, rule: Objects, gsd: float) -> np.ndarray:
    """Numbered objects of probabilities: cores, grown by up to `reach` px into what is likely to be an object."""
    grown = torch.from_numpy(cores(p, rule, gsd).astype(np.float32))[None, None]
    room = torch.from_numpy(p[0] <= 1 - rule.whole)[None, None]
    for _ in range(rule.reach):
        around = torch.stack([
            F.pad(grown, (1, 0, 0, 0))[..., :-1],
            F.pad(grown, (0, 1, 0, 0))[..., 1:],
            F.pad(grown, (0, 0, 1, 0))[..., :-1, :],
            F.pad(grown, (0, 0, 0, 1))[..., 1:, :],
        ]).max(0)[0]
        grown = torch.where((grown == 0) & room, around, grown)
    return grown[0, 0].numpy().astype(np.int32)


def match(found: np.ndarray, truth: np.ndarray, at: float = 0.5, least: int = 30) -> dict[str, float]:
    """Precision, recall and F1 of objects at an IoU, and the IoU of pixels. Objects under `least` px do not count."""
    found = found.copy()
    sizes = np.bincount(found.ravel())
    found[sizes[found] < least] = 0
    judged = truth >= 0
    found[~judged] = 0
    a, b = found.ravel(), np.maximum(truth, 0).ravel()
    found_sizes, true_sizes = np.bincount(a), np.bincount(b)
    both = (a > 0) & (b > 0)
    pairs, counts = np.unique(np.stack((a[both], b[both])), axis=1, return_counts=True)
    iou = counts / (found_sizes[pairs[0]] + true_sizes[pairs[1]] - counts)
    hits = int((iou > at).sum())
    n_found, n_true = int((found_sizes[1:] > 0).sum()), int((true_sizes[1:] >= least).sum())
    union = int(((a > 0) | (b > 0)).sum())
    return {
        "precision": hits / max(1, n_found),
        "recall": hits / max(1, n_true),
        "f1": 2 * hits / max(1, n_found + n_true),
        "iou": int(both.sum()) / max(1, union),
        "objects": n_true,
    }


def boxes_of(found: np.ndarray, least: int = 6) -> np.ndarray:
    """N x 4: left, top, right, bottom (px) of numbered objects with at least `least` px."""
    y, x = np.nonzero(found)
    numbers = found[y, x]
    count = int(found.max()) + 1
    boxes = np.full((count, 4), -1, np.float64)
    low_x, low_y = np.full(count, 1 << 30), np.full(count, 1 << 30)
    high_x, high_y = np.full(count, -1), np.full(count, -1)
    np.minimum.at(low_x, numbers, x)
    np.minimum.at(low_y, numbers, y)
    np.maximum.at(high_x, numbers, x)
    np.maximum.at(high_y, numbers, y)
    boxes = np.stack((low_x, low_y, high_x + 1, high_y + 1), 1).astype(np.float64)
    return boxes[np.bincount(numbers, minlength=count) >= least]


def matched_boxes(found: np.ndarray, truth: np.ndarray, at: float) -> dict[str, float]:
    """Recall and precision of boxes, each matched at most once, the best pairs first."""
    left = np.maximum(found[:, None, 0], truth[None, :, 0])
    top = np.maximum(found[:, None, 1], truth[None, :, 1])
    right = np.minimum(found[:, None, 2], truth[None, :, 2])
    bottom = np.minimum(found[:, None, 3], truth[None, :, 3])
    both = np.clip(right - left, 0, None) * np.clip(bottom - top, 0, None)
    area = lambda b: (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    iou = both / (area(found)[:, None] + area(truth)[None] - both)
    hits = 0
    while iou.size and iou.max() >= at:
        i, j = np.unravel_index(iou.argmax(), iou.shape)
        hits += 1
        iou[i, :] = 0
        iou[:, j] = 0
    precision, recall = hits / max(1, len(found)), hits / max(1, len(truth))
    return {"precision": precision, "recall": recall, "f1": 2 * hits / max(1, len(found) + len(truth)), "objects": len(truth)}
