"""An ensemble as one TorchScript archive, and back."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from nugan_hep.archive import read_extra
from nugan_hep.errors import UserError
from nugan_hep.output.atomic import new_file
from nugan_hep.xsec.data.nuclei import Nucleus, find_nucleus
from nugan_hep.xsec.model.form import FORMS, Form
from nugan_hep.xsec.model.network import Ensemble

FORMAT_VERSION = 2
METADATA_FILE = "xsec.json"


class ExportedEnsemble(nn.Module):
    """``forward(points [n, 3]) -> [n, 2]``: mean and standard deviation over the members, nb/sr/GeV.

    Points are E [GeV], theta [deg], omega [GeV], float64. ``members(points) -> [members, n]`` has every
    network's own. Weights are stored in half precision and multiplied in single.
    """

    def __init__(self, ensemble: Ensemble, form: Form) -> None:
        super().__init__()
        plain = ensemble.folded()
        self.form = form
        self.residual = plain.kind == "residual"
        self.first: Tensor
        self.inner: Tensor
        self.last: Tensor
        self.biases: Tensor
        self.last_bias: Tensor
        self.masks: Tensor
        blocks = plain.layers()
        half = torch.float16
        self.register_buffer("first", blocks[0].dense.weight.detach().to(half))
        empty = torch.empty(0, plain.members, plain.width, plain.width)
        inner = torch.stack([block.dense.weight.detach() for block in blocks[1:]]) if blocks[1:] else empty
        self.register_buffer("inner", inner.to(half))
        self.register_buffer("biases", torch.stack([block.dense.bias.detach() for block in blocks]))
        self.register_buffer("last", plain.output.weight.detach().clone())
        self.register_buffer("last_bias", plain.output.bias.detach().clone())
        masks = [block.mask for block in blocks if block.mask is not None]
        self.register_buffer("masks", torch.stack(masks).to(half) if masks else torch.empty(0))

    def forward(self, points: Tensor) -> Tensor:
        values = self.members(points)
        if values.shape[0] == 1:
            return torch.stack([values[0], torch.zeros_like(values[0])], dim=1)
        variance, mean = torch.var_mean(values, dim=0)
        return torch.stack([mean, torch.sqrt(variance)], dim=1)

    @torch.jit.export
    def members(self, points: Tensor) -> Tensor:
        points = points.double()
        x = self.form.inputs(points).unsqueeze(0).expand(self.first.shape[0], -1, -1)
        x = self.block(x, self.first, 0, False)
        for k in range(self.inner.shape[0]):
            x = self.block(x, self.inner[k], k + 1, self.residual)
        outputs = torch.baddbmm(self.last_bias, x, self.last)
        return self.form.combine(outputs.double(), self.form.factors(points))

    def block(self, x: Tensor, weight: Tensor, k: int, skip: bool) -> Tensor:
        z = torch.baddbmm(self.biases[k], x, weight.float())
        hidden = torch.nn.functional.silu(z) if self.residual else torch.relu(z)
        if self.masks.shape[0] > 0:
            hidden = hidden * self.masks[k]
        return x + hidden if skip else hidden


def write_archive(path: Path, ensemble: Ensemble, form: Form, metadata: dict[str, Any]) -> dict[str, Any]:
    """Write an ensemble with its metadata; returns the metadata with ``format_version`` and ``sha256``."""
    module = ExportedEnsemble(ensemble, form).eval().requires_grad_(False)
    digest = hashlib.sha256()
    for name, value in sorted(module.state_dict().items()):
        digest.update(name.encode() + value.contiguous().numpy().tobytes())
    metadata = {
        "format_version": FORMAT_VERSION,
        "family": "xsec",
        **metadata,
        "form": "response" if form.response else "mott",
        "network": ensemble.kind,
        "width": ensemble.width,
        "blocks": len(ensemble.blocks),
        "members": ensemble.members,
        "inputs": "E [GeV], theta [deg], omega [GeV]",
        "unit": "nb/sr/GeV",
        "torch": torch.__version__,
        "sha256": digest.hexdigest(),
    }
    archive = io.BytesIO()
    extra = {METADATA_FILE: json.dumps(metadata, indent=1).encode()}
    torch.jit.save(torch.jit.script(module), archive, _extra_files=extra)
    with new_file(path, force=True) as file:
        file.write(archive.getvalue())
    return metadata


def read_metadata(path: Path) -> dict[str, Any]:
    """What an archive says of itself.

    Raises
    ------
    UserError : not an archive of an electron-nucleus ensemble, truncated or of a newer version
    """
    try:
        metadata = json.loads(read_extra(path, METADATA_FILE))
    except ValueError:
        raise UserError(f"{path}: {METADATA_FILE} is not valid JSON") from None
    except UserError as error:
        if METADATA_FILE in str(error):
            raise UserError(
                f"{path} has no {METADATA_FILE}: no model of electron-nucleus cross sections"
            ) from None
        raise
    version = metadata.get("format_version") if isinstance(metadata, dict) else None
    if version != FORMAT_VERSION:
        raise UserError(f"{path}: format version {version!r}, expected {FORMAT_VERSION}")
    return cast(dict[str, Any], metadata)


def load_module(path: Path) -> torch.jit.ScriptModule:
    """The archive as a TorchScript module.

    Raises
    ------
    UserError : see :func:`read_metadata`
    """
    read_metadata(path)
    try:
        module: torch.jit.ScriptModule = torch.jit.load(str(path), map_location="cpu")
    except RuntimeError as error:
        raise UserError(f"{path} cannot be read: {str(error).splitlines()[0]}") from None
    return module.eval()


def load_ensemble(path: Path) -> tuple[Ensemble, Form, dict[str, Any]]:
    """The networks of an archive, to go on training from, what surrounds them, and the metadata."""
    metadata = read_metadata(path)
    state = load_module(path).state_dict()
    first, inner = state["first"].float(), state["inner"].float()
    inputs, outputs = FORMS[metadata["form"]]
    shape = (first.shape[0], inputs, outputs, first.shape[2], 1 + len(inner), metadata["network"])
    ensemble = Ensemble(*shape, normed=False)
    with torch.no_grad():
        for k, block in enumerate(ensemble.layers()):
            block.dense.weight.copy_(first if k == 0 else inner[k - 1])
            block.dense.bias.copy_(state["biases"][k])
            if state["masks"].shape[0] > 0:
                block.mask = state["masks"][k].float()
        ensemble.output.weight.copy_(state["last"])
        ensemble.output.bias.copy_(state["last_bias"])
    nucleus: Nucleus = find_nucleus(metadata["nucleus"])
    form = Form(metadata["form"], nucleus, state["form.mean"], state["form.scale"])
    return ensemble.eval(), form, metadata
