"""The network of all learned models: a small U-Net that works at half the picture's resolution."""

import torch
from torch import nn
from torch.nn import functional as F

WIDTHS = (32, 64, 96, 128)

BACKGROUND, INTERIOR, OUTLINE = 0, 1, 2
CLASSES = 3

EITHER = 3
"""In targets alone: interior or outline, it is not known which."""

SHADED = 4
"""In targets alone: the nearer to an object's middle, the more it is interior and the less outline."""

FORGET = 0.15
"""Share of the deepest channels that are dropped in a step of training."""


class Step(nn.Sequential):
    """3 x 3 convolution, batch normalisation, rectifier."""

    def __init__(self, given: int, made: int):
        super().__init__(
            nn.Conv2d(given, made, 3, padding=1, bias=False), nn.BatchNorm2d(made), nn.ReLU(inplace=True)
        )


class Level(nn.Module):
    """Two steps, the second of which is added to the first."""

    def __init__(self, given: int, made: int):
        super().__init__()
        self.first = Step(given, made)
        self.second = Step(made, made)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x)
        return x + self.second(x)


class Rise(nn.Module):
    """Up one level: narrowed, enlarged twice, put beside what the way down had, one step."""

    def __init__(self, below: int, made: int):
        super().__init__()
        self.narrow = nn.Conv2d(below, made, 1)
        self.join = Step(2 * made, made)

    def forward(self, x: torch.Tensor, beside: torch.Tensor) -> torch.Tensor:
        x = F.interpolate(self.narrow(x), scale_factor=2.0, mode="nearest")
        return self.join(torch.cat((beside, x), 1))


class Net(nn.Module):
    """
    Picture (N x 3 x H x W; colours / 127.5 - 1, 0 where not valid) to logits (N x 3 x H x W) of background, interior, outline.
    `stem` pixels a side become channels; H and W are multiples of `step`. With `stem` 4 logits have half the picture's size.
    """

    def __init__(self, stem: int = 2, widths: tuple[int, ...] = WIDTHS):
        super().__init__()
        self.stem = stem
        self.step = stem * 2 ** (len(widths) - 1)
        self.down = nn.ModuleList()
        given = 3 * stem * stem
        for made in widths:
            self.down.append(Level(given, made))
            given = made
        self.up = nn.ModuleList(Rise(below, made) for made, below in zip(widths[-2::-1], widths[:0:-1]))
        self.head = nn.Conv2d(widths[0], CLASSES * 4, 1)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        x = F.pixel_unshuffle(picture, self.stem)
        beside = []
        for number, level in enumerate(self.down):
            if number > 0:
                x = F.max_pool2d(x, 2)
            x = level(x)
            beside.append(x)
        x = F.dropout2d(x, FORGET, self.training)
        beside.pop()
        for rise in self.up:
            x = rise(x, beside.pop())
        return F.pixel_shuffle(self.head(x), 2)

    def parameter_count(self) -> int:
        return sum(p.numel() for p in self.parameters())
