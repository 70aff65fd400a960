"""Weights as ONNX: batch normalisation folded into the convolutions, probabilities of 16 levels a pixel as the only output."""

import copy

import torch
from torch import nn
from torch.nn import functional as F

from net import BACKGROUND, INTERIOR, Net, Step


class Packed(nn.Module):
    """
    Bytes (N x 3 x H x W) and validity (N x 1 x H x W, 1 where valid) to bytes (N x 1 x H x W): probability of an object in
    sixteenths (0-15) times 16, plus that of an object's interior. Nothing is found where nothing is valid.
    """

    def __init__(self, net: Net):
        super().__init__()
        self.net = net

    def forward(self, picture: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
        seen = valid.float()
        x = (picture.float() / 127.5 - 1) * seen
        p = self.net(x).softmax(1)
        thing = ((1 - p[:, BACKGROUND : BACKGROUND + 1]) * 16).clamp(0, 15).floor()
        inner = (p[:, INTERIOR : INTERIOR + 1] * 16).clamp(0, 15).floor()
        if thing.shape[-1] != picture.shape[-1]:
            seen = F.max_pool2d(seen, picture.shape[-1] // thing.shape[-1])
        return ((thing * 16 + inner) * seen).to(torch.uint8)


def folded(net: Net) -> Net:
    """A copy whose steps have no batch normalisation."""
    net = copy.deepcopy(net).eval().float()
    for module in net.modules():
        if isinstance(module, Step):
            conv, norm = module[0], module[1]
            scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            bias = norm.bias - norm.running_mean * scale
            fused = nn.Conv2d(conv.in_channels, conv.out_channels, 3, padding=1)
            fused.weight = nn.Parameter(conv.weight * scale[:, None, None, None])
            fused.bias = nn.Parameter(bias)
            module[0], module[1] = fused, nn.Identity()
    return net


def export(net: Net, path: str) -> None:
    """Writes the ONNX file; its inputs are `picture` and `valid`, its output `packed`, of any height and width."""
    side = 2 * net.step
    example = (torch.zeros(1, 3, side, side, dtype=torch.uint8), torch.ones(1, 1, side, side, dtype=torch.uint8))
    sizes = {2: "height", 3: "width"}
    torch.onnx.export(
        Packed(folded(net)),
        example,
        path,
        input_names=["picture", "valid"],
        output_names=["packed"],
        dynamic_axes={"picture": sizes, "valid": sizes, "packed": {2: "out_height", 3: "out_width"}},
        opset_version=17,
    )
