"""Random crops: turned, scaled, flipped, with other light; and pictures in which there is nothing to find."""

import numpy as np
import torch
from torch.nn import functional as F

from net import EITHER, INTERIOR, OUTLINE, SHADED
from scenes import CROWN, IGNORED, SHADES, UNPARTED, Layer, Scene


class Crops:
    """
    `gsds`: finest and coarsest pixel (m). `coarse`: share of crops up to twice as coarse. `empty`: share without anything to
    find. `find`: share that is centred on something. `light`: how much light and
    colours vary. All randomness is `seed`'s.
    """

    def __init__(
        self,
        scenes: list[Scene],
        side: int,
        gsds: tuple[float, float],
        seed: int,
        empty: float = 0.1,
        coarse: float = 0.1,
        everything: bool = False,
        find: float = 0.0,
        light: float = 1.0,
    ):
        self.scenes = scenes
        self.side = side
        self.gsds = gsds
        self.empty = empty
        self.coarse = coarse
        self.everything = everything
        self.find = find
        self.light = light
        self.random = np.random.default_rng(seed)
        weights = np.array([scene.weight for scene in scenes])
        self.weights = weights / weights.sum()

    def batch(self, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Pictures (count x 3 x side x side, -1 to 1) and object numbers (count x side x side)."""
        made = [self._empty() if self.random.random() < self.empty else self._crop() for _ in range(count)]
        return torch.stack([m[0] for m in made]), torch.stack([m[1] for m in made])

    def _crop(self) -> tuple[torch.Tensor, torch.Tensor]:
        random, side = self.random, self.side
        scene = self.scenes[random.choice(len(self.scenes), p=self.weights)]
        low, high = scene.gsds or self.gsds
        gsd = float(np.exp(random.uniform(np.log(low), np.log(high))))
        if scene.gsds is None and random.random() < self.coarse:
            gsd = high * random.uniform(1, 2)
        layer = scene.layers[0]
        for other in scene.layers:
            if other.gsd <= gsd * 1.1:
                layer = other
        parts = [(0.0, 0.0, 1.0, 1.0)] if self.everything else scene.train
        sizes = np.array([(r - l) * (b - t) for l, t, r, b in parts])
        left, top, right, bottom = parts[random.choice(len(parts), p=sizes / sizes.sum())]
        height, width = layer.ids.shape
        things = np.flatnonzero(layer.ids[::8, ::8] > 0) if random.random() < self.find else ()
        centre = (random.uniform(left, right) * width, random.uniform(top, bottom) * height)
        if len(things) > 0:
            row, column = divmod(int(random.choice(things)), layer.ids[::8, ::8].shape[1])
            centre = (column * 8.0 + random.uniform(-20, 20), row * 8.0 + random.uniform(-20, 20))
        bounds = (int(left * width), int(top * height), int(right * width), int(bottom * height))
        picture, ids = cut(layer, centre, side, gsd / layer.gsd, self._turn(), bounds)
        picture = self._light(picture)
        valid = (ids != IGNORED - 1).float()
        if random.random() < 0.15:
            valid = valid * self._hole()
        ids = torch.where(valid > 0, ids, torch.full_like(ids, IGNORED))
        return picture * valid, ids

    def _turn(self) -> np.ndarray:
        """A random turn, flip and slight stretch, 2 x 2. A third keeps the picture's own axes."""
        random = self.random
        angle = random.choice(4) * np.pi / 2 if random.random() < 0.35 else random.uniform(0, 2 * np.pi)
        stretch = np.exp(random.uniform(-0.1, 0.1))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        flip = np.diag([random.choice((-1.0, 1.0)) * stretch, 1 / stretch])
        return turn @ flip

    def _light(self, picture: torch.Tensor) -> torch.Tensor:
        """Contrast, brightness, gamma, tint, haze, blur, noise, grey; as strong as `light` says."""
        random, light = self.random, self.light
        between = lambda low, high: float(random.uniform(low, high)) * light
        x = (picture + 1) / 2
        if random.random() < 0.2 * light:
            x = (x * torch.tensor([0.3, 0.59, 0.11])[:, None, None]).sum(0, keepdim=True).repeat(3, 1, 1)
        elif random.random() < 0.7:
            tint = torch.tensor([1 + between(-0.18, 0.18) for _ in range(3)])
            x = x * tint[:, None, None]
            if random.random() < 0.1 * light:
                x = x[torch.from_numpy(random.permutation(3))]
            if random.random() < 0.5:
                grey = x.mean(0, keepdim=True)
                x = grey + (x - grey) * (1 + between(-0.7, 0.8))
        if random.random() < 0.8:
            x = x.clamp(0.001, 1) ** float(np.exp(between(-0.4, 0.4)))
            x = (x - 0.5) * float(np.exp(between(-0.35, 0.3))) + 0.5 + between(-0.12, 0.12)
        if random.random() < 0.15:
            x = F.avg_pool2d(x[None], 3, 1, 1)[0]
        if random.random() < 0.25:
            x = x + torch.from_numpy(random.normal(0, random.uniform(0.005, 0.04), x.shape).astype(np.float32))
        return x.clamp(0, 1) * 2 - 1

    def _hole(self) -> torch.Tensor:
        """0 in part of the picture, as where imagery ends."""
        random, side = self.random, self.side
        valid = torch.ones(side, side)
        x, y = random.integers(0, side, 2)
        valid[y : y + random.integers(8, side), x : x + random.integers(8, side)] = 0
        return valid

    def _empty(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Noise, ground of one colour, water with waves and glints, specks: no objects, but something to see."""
        random, side = self.random, self.side
        colour = torch.tensor(random.uniform(-0.8, 0.8, 3), dtype=torch.float32)
        if random.random() < 0.5:
            colour = colour.mean() + (colour - colour.mean()) * float(random.uniform(0, 0.3))
        x = colour[:, None, None].expand(3, side, side)
        kind = random.integers(4)
        if kind == 0:
            x = x + self._grain(int(random.choice((1, 2, 4, 16)))) * float(random.uniform(0.2, 0.7))
        if kind > 0:
            for size in (96, 48, 14, 4):
                x = x + self._grain(size, grey=True) * float(random.exponential(0.03))
            x = x + self._grain(1) * float(random.exponential(0.02))
            along = torch.linspace(-0.5, 0.5, side) * float(random.uniform(0, 0.4))
            x = x + (along[None, :, None] if random.random() < 0.5 else along[None, None, :])
        if kind == 2:
            x = x + self._waves() * float(random.uniform(0.01, 0.1))
        if kind == 2 or (kind == 3 and random.random() < 0.6):
            glints = torch.from_numpy((random.random((1, side, side)) < random.uniform(0, 0.15)).astype(np.float32))
            if kind == 2:
                glints = glints * (self._grain(64, grey=True) > 0.5)
            dark = torch.from_numpy((random.random((1, side, side)) < 0.5).astype(np.float32))
            level = 1 - 2 * dark if kind == 3 else torch.ones_like(dark)
            x = torch.where(glints > 0, x + level * float(random.uniform(0.3, 2)), x)
        return x.clamp(-1, 1), torch.zeros(side, side, dtype=torch.int64)

    def _grain(self, size: int, grey: bool = False) -> torch.Tensor:
        """Noise of normal strength in spots of `size` px; of three colours, or of light alone."""
        random, side = self.random, self.side
        count = max(2, side // size + 1)
        noise = torch.from_numpy(random.normal(0, 1, (1, 3, count, count)).astype(np.float32))
        if grey or random.random() < 0.5:
            noise = noise[:, :1].repeat(1, 3, 1, 1)
        blocks = not grey and random.random() < 0.3
        return F.interpolate(noise, (side, side), mode="nearest" if blocks else "bicubic")[0]

    def _waves(self) -> torch.Tensor:
        """A swell whose crests bend."""
        random, side = self.random, self.side
        y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
        turn = float(random.uniform(0, 2 * np.pi))
        across = (x * np.cos(turn) + y * np.sin(turn)) * float(random.uniform(0.1, 1.5))
        return torch.sin(across[None] + 3 * self._grain(40, grey=True))


def cut(
    layer: Layer, centre: tuple[float, float], side: int, scale: float, turn: np.ndarray, bounds: tuple[int, int, int, int]
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    A square of `side` px around `centre` (px of the layer), each `scale` px of the layer wide. What lies outside `bounds` is
    IGNORED - 1 in the object numbers.
    """
    linear = turn * scale
    reach = np.abs(linear).sum(1) * side / 2 + 2
    left, top, right, bottom = bounds
    x0, y0 = max(left, int(centre[0] - reach[0])), max(top, int(centre[1] - reach[1]))
    x1, y1 = min(right, int(centre[0] + reach[0]) + 1), min(bottom, int(centre[1] + reach[1]) + 1)
    step = torch.arange(side, dtype=torch.float32) - (side - 1) / 2
    v, u = torch.meshgrid(step, step, indexing="ij")
    x = centre[0] - x0 + linear[0, 0] * u + linear[0, 1] * v
    y = centre[1] - y0 + linear[1, 0] * u + linear[1, 1] * v
    width, height = x1 - x0, y1 - y0
    grid = torch.stack((x / width * 2 - 1, y / height * 2 - 1), -1)[None].float()
    pixels = torch.from_numpy(layer.picture[:, y0:y1, x0:x1].astype(np.float32))[None] / 127.5 - 1
    picture = F.grid_sample(pixels, grid, mode="bilinear", padding_mode="border", align_corners=False)[0]
    column, row = x.floor().long(), y.floor().long()
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    numbers = torch.from_numpy(layer.ids[y0:y1, x0:x1].astype(np.int64))
    ids = numbers[row.clamp(0, height - 1), column.clamp(0, width - 1)]
    return picture, torch.where(inside, ids, torch.full_like(ids, IGNORED - 1))


def targets(ids: torch.Tensor, border: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Classes and weights (both N x H x W) of object numbers: the outline is the outermost `border` pixels of each object (EITHER
    where they are not told apart, SHADED where one fades into the other); the ground between two objects that nearly touch
    weighs most.
    """
    far = CROWN + SHADES + 1
    numbers = ids.clamp(min=0)
    shaded = numbers >= CROWN
    values = numbers.masked_fill(shaded, CROWN).float()[:, None]

    def pool(x: torch.Tensor, reach: int) -> torch.Tensor:
        side = 2 * reach + 1
        return F.max_pool2d(F.max_pool2d(x, (side, 1), 1, (reach, 0)), (1, side), 1, (0, reach))

    most, least = pool(values, border), -pool(-values, border)
    uniform = (most == least)[:, 0]
    classes = torch.zeros_like(numbers)
    classes[numbers > 0] = OUTLINE
    classes[(numbers > 0) & uniform] = INTERIOR
    classes[numbers == UNPARTED] = EITHER
    classes[shaded] = SHADED
    lowest = -pool(-torch.where(values > 0, values, torch.full_like(values, far)), 2 * border)
    several = ((pool(values, 2 * border) != lowest) & (lowest < far))[:, 0]
    weights = torch.ones_like(values[:, 0])
    weights[classes == OUTLINE] = 1 + 0.6 / border
    weights[several & (numbers == 0)] = 2 + 1 / border
    weights[several & (classes == OUTLINE)] = 2.0
    weights[shaded] = 1.5
    weights[ids < 0] = 0
    return classes, weights


def middles(ids: torch.Tensor) -> torch.Tensor:
    """How much each pixel of a crown belongs to its middle: 1 within half of its radius, 0 beyond seven tenths of it."""
    nearness = (ids - CROWN).float() / SHADES
    return ((nearness - 0.3) / 0.2).clamp(0, 1)
