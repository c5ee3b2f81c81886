"""The command line of ``nugan-sample`` and ``nugan-gen``: the core's one table of options."""

from __future__ import annotations

import re

import pytest

from nugan_hep import _core
from nugan_hep.errors import UserError

PROGRAMS = ("nugan-sample", "nugan-gen")


def parse(*words: str, program: str = "nugan-sample") -> _core.Options:
    return _core.parse_options(program, [word.encode("utf-8", "surrogateescape") for word in words])


@pytest.mark.parametrize("program", PROGRAMS)
def test_defaults(program: str) -> None:
    options = parse(program=program)
    assert (options.n, options.first, options.seed, options.chunk) == (1_000_000, 0, 1, 100_000)
    assert (str(options.out), options.format, options.compression) == ("events.root", "gst", "zstd:1")
    assert (options.device, options.backend, options.threads) == ("cpu", "auto", 0)
    assert (options.energy, options.uniform, options.exposure, options.flux) == (None, None, None, "")
    assert not any((options.weighted, options.force, options.quiet, options.root_writer, options.show))


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        ("-n 5", "n", 5),
        ("-n5", "n", 5),
        ("-n=2.5e3", "n", 2500),
        ("-n 1e6 -n 7", "n", 7),
        ("--first 2e6", "first", 2_000_000),
        ("--seed 18446744073709551615", "seed", 2**64 - 1),
        ("--see=3", "seed", 3),
        ("--replicas 1e2", "replicas", 100),
        ("--energy 0.7", "energy", 0.7),
        ("--en=.5", "energy", 0.5),
        ("--uniform 0.5 3", "uniform", (0.5, 3.0)),
        ("--uniform=0.5 3", "uniform", (0.5, 3.0)),
        ("--flux a.txt --exposure 1e20,0.5", "exposure", (1e20, 0.5)),
        ("--flux a:b", "flux", "a:b"),  # a whole name that others begin with
        ("--flux a --flux-c -,low,flux", "flux_columns", "-,low,flux"),
        ("--probe -14 --target C", "probe", "-14"),
        ("--pro=-14 --targ C", "target", "C"),
        ("--out --quiet.root", None, "argument --out: expected one argument"),
        ("--out=--quiet.root", "out", "--quiet.root"),
        ("--out=a=b.root", "out", "a=b.root"),
        ("--out caf\udce9.root", "out", "caf\udce9.root"),
        ("--q", "quiet", True),
        ("--root", "root_writer", True),
        ("--device cuda:12", "device", "cuda:12"),
        ("--threads 0012", "threads", 12),
        ("--comp lz4:3", "compression", "lz4:3"),
        ("--out a.npz", "compression", "none"),
        ("--out a.hepmc3.gz", "compression", "zlib:1"),
        ("--out a.hepmc", "compression", "none"),
        ("--list", "show", "models"),
        ("--version", "show", "version"),
        ("-h", "show", "help"),
        ("--help --nonsense", "show", "help"),
    ],
)
def test_words(words: str, name: str | None, value: object) -> None:
    if name is None:
        with pytest.raises(UserError, match=re.escape(str(value))):
            parse(*words.split())
    else:
        found = getattr(parse(*words.split()), name)
        assert (str(found) if name == "out" else found) == value


@pytest.mark.parametrize("separator", [" ", "="])
def test_values_that_begin_with_a_minus(separator: str) -> None:
    words = ["--vertex", "-1:2,-.5,-7:-4", "--time", "-1e-9", "--beam-dir", "-0.1,0.2,0.9"]
    if separator == "=":
        words = [f"{name}={value}" for name, value in zip(words[::2], words[1::2], strict=True)]
    beam = parse(*words).beam
    assert beam.direction == pytest.approx([-0.1 / 0.86**0.5, 0.2 / 0.86**0.5, 0.9 / 0.86**0.5])
    placed = beam.place({name: [1.0] for name in ("Ev", "pxl", "pyl", "pzl")}, 1, 0)
    assert -1 <= placed["vtxx"][0] <= 2
    assert (placed["vtxy"][0], placed["vtxt"][0]) == (-0.5, -1e-9)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--colour", "unrecognized arguments: --colour"),
        ("-q", "unrecognized arguments: -q"),
        ("-hq", "unrecognized arguments: -hq"),
        ("stray", "unrecognized arguments: stray"),
        ("-- a", "unrecognized arguments: --"),
        ("--fl a", "ambiguous option: --fl could match --flavours, --flux, --flux-units, --flux-columns"),
        ("--t 1", "ambiguous option: --t could match --target, --time, --threads"),
        ("--quiet=1", "argument --quiet: takes no value"),
        ("-n", "argument -n: expected one argument"),
        ("--replicas 0", "argument --replicas: '0' is not a whole number of at least 1"),
        ("--replicas 2 --format rootracker", "the format rootracker has no place for weights of replicas"),
        ("--energy --quiet", "argument --energy: expected one argument"),
        ("--uniform 3", "argument --uniform: expected 2 arguments"),
        ("--uniform 3 --quiet", "argument --uniform: expected 2 arguments"),
        ("--uniform 1 x", "argument --uniform: 'x' is not a finite number above 0"),
        ("--energy 1 --uniform 1 2", "argument --uniform: not allowed with argument --energy"),
        ("--flux a --energy 1", "argument --energy: not allowed with argument --flux"),
        ("--exposure 1,1 -n 5", "argument -n: not allowed with argument --exposure"),
        ("-n 5 --exposure 1,1", "argument --exposure: not allowed with argument -n"),
        ("-n 1e400", "argument -n: '1e400' is not a whole number of at least 1"),
        ("--first -1", "argument --first: '-1' is not a whole number of at least 0"),
        ("--seed 1e3", "argument --seed: '1e3' is not a whole number from 0 to 2^64 - 1"),
        ("--threads 10000", "argument --threads: '10000' is not a whole number from 0 to 9999"),
        ("--device cuda:", "argument --device: 'cuda:' is not cpu, cuda or cuda:k"),
        ("--device cudax", "argument --device: 'cudax' is not cpu, cuda or cuda:k"),
        ("--backend gpu", "argument --backend: 'gpu' is not one of auto, fused, torch"),
        ("--exposure 1,2,3", "'1,2,3' is not POT,MASS"),
        ("--allow-flux-out", "--allow-flux-outside needs a flux: expected --flux"),
        ("--probe 14 --target C --model a", "--model has a probe and a target"),
        ("--chunk 1e9", "--chunk 1,000,000,000 is above 1,000,000"),
        ("-n 2 --first 2147483647", "-n 2 from --first 2,147,483,647 on: event numbers end at"),
        ("--exposure 1,1 --first 1", "--exposure needs a flux"),
        ("--out a.npz --format gst", "a.npz: expected a name with .root for the format gst"),
        ("--out a.bin", "a.bin: unknown suffix '.bin', expected one of .root (gst, rootracker, nuisance"),
        ("--format hepevt", "format 'hepevt' is not one of gst, rootracker, nuhepmc, nuisance, rntuple"),
    ],
)
@pytest.mark.parametrize("program", PROGRAMS)
def test_mistakes(words: str, message: str, program: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(*words.split(), program=program)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("option", ["--flux", "--model", "--target", "--out", "-n", "--vertex", "--uniform"])
def test_empty_values(option: str) -> None:
    """Those of a shell's variable that is not set."""
    for words in ([option, "", ""], [f"{option}=", "1"]):
        with pytest.raises(UserError, match=f"argument {option}: an empty value"):
            parse(*words)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--format npz --out a.npz", "format npz is written by nugan-sample; nugan-gen has gst, rootracker"),
        ("--out a.hepmc3.gz", "format nuhepmc is written by nugan-sample"),
        ("--root-writer", "unrecognized arguments: --root-writer"),
        ("--root", "unrecognized arguments: --root"),
    ],
)
def test_what_the_program_for_root_does_not_have(words: str, message: str) -> None:
    parse(*words.split())
    with pytest.raises(UserError, match=re.escape(message)):
        parse(*words.split(), program="nugan-gen")


@pytest.mark.parametrize("program", PROGRAMS)
def test_help(program: str) -> None:
    """Every option stands in it, in lines that a terminal shows."""
    text = _core.options_help(program)
    assert text.startswith(f"usage: {program} [options]\n")
    assert {"{", "}"}.isdisjoint(text)
    assert max(map(len, text.splitlines())) <= 110
    names = re.findall(r"^  (--?[a-z-]+)", text, re.M)
    assert len(set(names)) == len(names) > 25
    assert ("--root-writer" in names) == (program == "nugan-sample")
    for name, value in re.findall(r"^  (--?[a-z-]+)( \S+)?", text, re.M):
        with pytest.raises(UserError, match="expected" if value else "takes no value"):
            parse(name if value else f"{name}=1", program=program)
    assert "(default 100000)" in text
