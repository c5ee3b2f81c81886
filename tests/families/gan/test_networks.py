"""The networks against their description in arXiv:2502.20244 and arXiv:2508.12987."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn.functional import prelu
from torch.nn.utils import parametrize

from nugan_hep.families.common.blocks import Block, Dropout, Noise, PReLU
from nugan_hep.families.gan.discriminator import Discriminator
from nugan_hep.families.gan.generator import Generator
from nugan_hep.families.gan.settings import PRESETS, NetworkConfig


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
    assert activations(Discriminator(PRESETS["inc"])) == {PReLU}
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


@pytest.mark.parametrize("inplace", [False, True])
def test_noise_in_place_is_the_same_noise(inplace: bool) -> None:
    x = torch.zeros(100, 3)
    torch.manual_seed(7)
    expected = Noise(0.1)(torch.zeros(100, 3))
    torch.manual_seed(7)
    noisy = Noise(0.1, inplace=inplace)(x)
    assert torch.equal(noisy, expected)
    assert torch.equal(x, expected if inplace else torch.zeros(100, 3))


@pytest.mark.parametrize("rows", [10_000, 300_000])  # from the bank, and drawn
def test_dropout_keeps_the_mean(rows: int) -> None:
    torch.manual_seed(2)
    dropout = Dropout(0.1)
    x = torch.full((rows, 7), 3.0, requires_grad=True)
    y = dropout(x)
    assert (y == 0).float().mean().item() == pytest.approx(0.1, abs=4 * (0.09 / (7 * rows)) ** 0.5)
    torch.testing.assert_close(y[y > 0], torch.full_like(y[y > 0], 3.0 / 0.9))
    y.sum().backward()
    torch.testing.assert_close(x.grad, y.detach() / 3.0)
    assert not torch.equal(dropout(x), y)
    assert torch.equal(dropout.eval()(x), x)


@pytest.mark.parametrize("slope", [-0.2, 0.25, 0.8, 1.3])
def test_prelu_is_torchs(slope: float) -> None:
    torch.manual_seed(3)
    x = torch.randn(400, 3, dtype=torch.float64, requires_grad=True)
    activation = PReLU().double()
    nn.init.constant_(activation.weight, slope)
    weight = activation.weight.detach().clone().requires_grad_(True)
    upstream = torch.randn(400, 3, dtype=torch.float64)
    y, expected = activation(x), prelu(x, weight)
    torch.testing.assert_close(y, expected)
    grads = torch.autograd.grad(y, (x, activation.weight), upstream)
    torch.testing.assert_close(grads, torch.autograd.grad(expected, (x, weight), upstream))


def test_blocks_skip_scale_and_condition() -> None:
    torch.manual_seed(0)
    x, enu = torch.randn(5, 4), torch.randn(5, 1)
    block = Block(
        4, 4, activation_name="relu", dropout=0.1, noise=0.1, noise_place="parameters",
        skip=True, scale=0.5, conditions=1,
    ).eval()  # fmt: skip
    weight, bias = block.dense.weight, block.dense.bias
    h = x @ weight[:, :4].T + enu @ weight[:, 4:].T + bias
    h = (h - h.mean(1, keepdim=True)) / torch.sqrt(h.var(1, unbiased=False, keepdim=True) + 1e-5)
    expected = 0.5 * (torch.relu(h) + x)
    torch.testing.assert_close(block(x, enu), expected)


def test_skip_needs_equal_widths() -> None:
    with pytest.raises(ValueError, match="equal widths, not 3 and 4"):
        Block(3, 4, activation_name="relu", dropout=0, noise=0, noise_place="parameters", skip=True)


def with_features(preset: str = "inc", **changes: object) -> NetworkConfig:
    return replace(PRESETS[preset], log_energy=True, peak_features=True, **changes)  # type: ignore[arg-type]


def test_the_papers_networks_have_none_of_our_options() -> None:
    for config in PRESETS.values():
        assert [config.log_energy, config.peak_features, config.spectral_norm] == [False] * 3


def test_features_add_columns_and_nothing_else() -> None:
    generator, discriminator = Generator(with_features()), Discriminator(with_features())
    assert sum(p.numel() for p in generator.parameters()) == G_INC + 100 + 100 + 100
    assert sum(p.numel() for p in discriminator.parameters()) == D_INC + 2 * 3 * 70
    assert generator.state_dict().keys() == Generator(PRESETS["inc"]).state_dict().keys()
    assert discriminator.state_dict().keys() == Discriminator(PRESETS["inc"]).state_dict().keys()
    # the unconditioned body of the QE networks sees no energy at all
    added = sum(p.numel() for p in Generator(with_features("qe")).parameters()) - G_QE
    assert added == 100


def inputs_of(layers: list[nn.Linear]) -> list[torch.Tensor]:
    """What the layers get at the next call."""
    seen: list[torch.Tensor] = []
    for layer in layers:
        layer.register_forward_pre_hook(lambda _, arguments: seen.append(arguments[0].detach()))
    return seen


def dense_of(block: nn.Module) -> nn.Linear:
    assert isinstance(block, Block)
    return block.dense


def test_generator_sees_energy_and_its_logarithm_in_every_block() -> None:
    generator = Generator(with_features()).eval()
    seen = inputs_of([generator.enu_dense, *map(dense_of, generator.body)])
    # 0.3 GeV, the geometric mean of the range, 10 GeV
    enu = torch.tensor([[0.3], [3**0.5], [10.0]])
    proxy = 2 * (enu - 0.3) / 9.7 - 1
    generator(torch.randn(3, 50), proxy)
    expected = torch.cat([proxy, torch.tensor([[-1.0], [0.0], [1.0]])], dim=1)
    assert [columns.shape[1] for columns in seen] == [2, 202, 102]
    for columns in seen:
        torch.testing.assert_close(columns[:, -2:], expected, rtol=0, atol=1e-6)


def test_discriminator_computes_features_of_its_noisy_inputs() -> None:
    torch.manual_seed(4)
    discriminator = Discriminator(with_features(discriminator_noise=0.05, dropout=0.0))
    first, second = (dense_of(branch[0]) for branch in discriminator.branches)  # type: ignore[index]
    seen = inputs_of([first, second, *map(dense_of, discriminator.body)])
    clean = 2 * torch.rand(500, 3) - 1
    discriminator(clean[:, :2], clean[:, 2:])
    assert torch.equal(seen[0], seen[1])
    noisy = seen[0].double()
    assert (noisy[:, :3] - clean).std().item() == pytest.approx(0.05, rel=0.1)
    enu = 0.3 + 0.5 * (noisy[:, 2] + 1) * 9.7
    inside = enu > 0.1  # below, noise has made the energy meaningless
    expected = 2 * torch.log(enu / 0.3) / torch.log(torch.tensor(10 / 0.3)) - 1
    torch.testing.assert_close(noisy[inside, 3], expected[inside], rtol=0, atol=1e-5)
    assert noisy.shape[1] == 6
    for columns in seen[2:]:
        torch.testing.assert_close(columns[:, -1:], seen[0][:, 2:3])
        assert columns.shape[1] in (141, 142)


def test_wide_noise_leaves_the_features_finite() -> None:
    discriminator = Discriminator(with_features(discriminator_noise=1.0))
    muons = (2 * torch.rand(2000, 2) - 1).requires_grad_(True)
    logits = discriminator(muons, torch.full((2000, 1), -1.0))
    (gradient,) = torch.autograd.grad(logits.sum(), muons)
    assert torch.isfinite(logits).all()
    assert torch.isfinite(gradient).all()


@pytest.mark.slow
def test_spectral_norm_bounds_every_dense_layer_of_the_discriminator() -> None:
    torch.manual_seed(5)
    config = replace(PRESETS["inc"], spectral_norm=True)
    discriminator = Discriminator(config)
    for _ in range(100):  # each call improves the estimate of the largest singular value by one iteration
        discriminator(torch.randn(4, 2), torch.randn(4, 1))
    dense_layers = [module for module in discriminator.eval().modules() if isinstance(module, nn.Linear)]
    assert len(dense_layers) == 4 + 4 + 1
    for layer in dense_layers:
        assert torch.linalg.matrix_norm(layer.weight, ord=2).item() == pytest.approx(1, abs=0.02)
    assert sum(p.numel() for p in discriminator.parameters()) == D_INC
    assert not any(parametrize.is_parametrized(module) for module in Generator(config).modules())


@pytest.mark.parametrize("preset", PRESETS)
def test_first_block_is_what_transfer_learning_freezes(preset: str) -> None:
    generator, discriminator = Generator(PRESETS[preset]), Discriminator(PRESETS[preset])
    frozen = sum(p.numel() for m in generator.first_block() for p in m.parameters())
    assert frozen == dense(50, 100) + dense(1, 100) + dense(200, 200) + norm(200)
    branch = PRESETS[preset].branch
    slopes = 2 if PRESETS[preset].discriminator_activation == "prelu" else 0
    frozen = sum(p.numel() for m in discriminator.first_block() for p in m.parameters())
    assert frozen == 2 * (dense(3, branch) + norm(branch)) + slopes
