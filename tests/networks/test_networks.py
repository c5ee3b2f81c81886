"""The networks against their description in arXiv:2502.20244 and arXiv:2508.12987."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from nugan_hep.networks import PRESETS, Discriminator, Generator
from nugan_hep.networks.blocks import Block, Noise


def dense(inputs: int, outputs: int) -> int:
    return inputs * outputs + outputs


def norm(neurons: int) -> int:
    return 2 * neurons


# counted by hand from the tables of the papers: latent, energy, first block, two body blocks, output
G_INC = dense(50, 100) + dense(1, 100) + dense(200, 200) + norm(200)
G_INC += dense(201, 100) + norm(100) + dense(101, 100) + norm(100) + dense(100, 2)
G_QE = dense(50, 100) + dense(1, 100) + dense(200, 200) + norm(200)
G_QE += dense(200, 100) + norm(100) + dense(100, 100) + norm(100) + dense(100, 2)
# two branches of two blocks, four body blocks, output; PReLU has one slope a layer
D_INC = 2 * (dense(3, 70) + norm(70) + 1 + dense(70, 70) + norm(70) + 1)
D_INC += dense(141, 141) + norm(141) + 1 + 3 * (dense(142, 141) + norm(141) + 1) + dense(141, 1)
D_QE = (
    2 * (dense(3, 50) + norm(50) + dense(50, 50) + norm(50))
    + 4 * (dense(100, 100) + norm(100))
    + dense(100, 1)
)


@pytest.mark.parametrize(
    ("preset", "generator", "discriminator"),
    [("inc", G_INC, D_INC), ("inc-p1", G_INC, D_INC), ("qe", G_QE, D_QE)],
)
def test_parameter_counts(preset: str, generator: int, discriminator: int) -> None:
    config = PRESETS[preset]
    assert sum(p.numel() for p in Generator(config).parameters()) == generator
    assert sum(p.numel() for p in Discriminator(config).parameters()) == discriminator


def test_hand_counts() -> None:
    assert (G_INC, D_INC, G_QE, D_QE) == (76_902, 92_849, 76_702, 47_201)


def activations(network: nn.Module) -> set[type[nn.Module]]:
    return {type(block.activation) for block in network.modules() if isinstance(block, Block)}


def test_activations() -> None:
    assert activations(Generator(PRESETS["inc"])) == {nn.ReLU}
    assert activations(Discriminator(PRESETS["inc"])) == {nn.PReLU}
    assert activations(Generator(PRESETS["qe"])) == {nn.LeakyReLU}
    assert activations(Discriminator(PRESETS["qe"])) == {nn.LeakyReLU}


def active_noise(network: nn.Module) -> list[float]:
    return [m.sigma for m in network.modules() if isinstance(m, Noise) and m.sigma > 0]


def test_noise_places() -> None:
    # generator of P2: after both input dense layers at once, and dense + norm of three blocks, and the output
    assert active_noise(Generator(PRESETS["inc"])) == [1e-3] * (1 + 3 * 2 + 1)
    assert active_noise(Generator(PRESETS["inc-p1"])) == []
    # QE: input and after each normalisation, not on the last dense
    assert active_noise(Generator(PRESETS["qe"])) == [1e-4] * (1 + 3)
    # D-INC: input, dense + norm + PReLU of eight blocks, last dense; D-QE: input, eight norms, last dense
    assert active_noise(Discriminator(PRESETS["inc"])) == [1e-3] * (1 + 8 * 3 + 1)
    assert active_noise(Discriminator(PRESETS["qe"])) == [1e-3] * (1 + 8 + 1)


@pytest.mark.parametrize("rows", [10, 3_000_000])
def test_noise_has_the_stated_width_and_is_off_in_eval(rows: int) -> None:
    noise = Noise(0.1)
    x = torch.zeros(rows, 1)
    if rows > 1000:
        drawn = noise(x)
        assert drawn.std().item() == pytest.approx(0.1, rel=0.01)
        assert drawn.mean().item() == pytest.approx(0.0, abs=1e-3)
    assert not torch.equal(noise(x), noise(x))
    assert x.abs().max() == 0  # the input is left as it was
    assert torch.equal(noise.eval()(x), x)


def test_blocks_skip_scale_and_condition() -> None:
    torch.manual_seed(0)
    x, enu = torch.randn(5, 4), torch.randn(5, 1)
    block = Block(
        4, 4, activation_name="relu", dropout=0.1, noise=0.1, noise_place="parameters",
        skip=True, scale=0.5, conditioned=True,
    ).eval()  # fmt: skip
    weight, bias = block.dense.weight, block.dense.bias
    h = x @ weight[:, :4].T + enu @ weight[:, 4:].T + bias
    h = (h - h.mean(1, keepdim=True)) / torch.sqrt(h.var(1, unbiased=False, keepdim=True) + 1e-5)
    expected = 0.5 * (torch.relu(h) + x)
    torch.testing.assert_close(block(x, enu), expected)


def test_skip_needs_equal_widths() -> None:
    with pytest.raises(ValueError, match="equal widths, not 3 and 4"):
        Block(3, 4, activation_name="relu", dropout=0, noise=0, noise_place="parameters", skip=True)


@pytest.mark.parametrize("preset", PRESETS)
def test_first_block_is_what_transfer_learning_freezes(preset: str) -> None:
    generator, discriminator = Generator(PRESETS[preset]), Discriminator(PRESETS[preset])
    frozen = sum(p.numel() for m in generator.first_block() for p in m.parameters())
    assert frozen == dense(50, 100) + dense(1, 100) + dense(200, 200) + norm(200)
    branch = PRESETS[preset].branch
    slopes = 2 if PRESETS[preset].discriminator_activation == "prelu" else 0
    frozen = sum(p.numel() for m in discriminator.first_block() for p in m.parameters())
    assert frozen == 2 * (dense(3, branch) + norm(branch)) + slopes
