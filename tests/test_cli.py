from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from nugan_hep import _core, cli
from nugan_hep.errors import UserError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("1e6", 10**6),
        ("2.5E3", 2500),
        ("1.0", 1),
        ("9007199254740993", 2**53 + 1),
        ("1e12", 10**12),
    ],
)
def test_count(text: str, value: int) -> None:
    assert cli.count(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-1",
        "0.5",
        "1.5",
        "1e-3",
        "nan",
        "inf",
        "-inf",
        "1e400",
        "1e19",
        "x",
        "",
        "1_000",
        "1,000",
        "\u0661",
    ],
)
def test_bad_count(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a whole number of at least 1"):
        cli.count(text)


def test_count_from_another_number() -> None:
    assert cli.count("0", least=0) == 0
    with pytest.raises(argparse.ArgumentTypeError, match="'2' is not a whole number of at least 3"):
        cli.count("2", least=3)
    with pytest.raises(argparse.ArgumentTypeError, match=r"'1e19' .* of at least 1 and at most 9e18"):
        cli.count("1e19")


@pytest.mark.parametrize(("text", "value"), [("-1", -1), ("2E3", 2000), ("-9007199254740992", -(2**53))])
def test_whole(text: str, value: int) -> None:
    assert cli.whole(text) == value


PARSERS = {
    "-n": (cli.count, "n"),
    "--seed": (cli.seed, "seed"),
    "--threads": (cli.threads, "threads"),
    "--energy": (cli.positive, "energy"),
    "--device": (cli.device, "device"),
}
WORDS = (
    "0 1 007 1e3 1E3 1_0 -0 +1 1.0 0x10 9999 10000 99999999999999999999 1e-400 inf "
    "cpu cuda cuda:2 cuda:1000 CPU"
)


@pytest.mark.parametrize("option", PARSERS)
@pytest.mark.parametrize("word", [*WORDS.split(), "caf\udce9", "\u0663"])
def test_the_same_values_as_nugan_sample(option: str, word: str) -> None:
    """One rule: every command takes what nugan-sample takes, and refuses the rest in the same words."""
    parse, name = PARSERS[option]
    outcomes: list[object] = []
    try:
        outcomes.append(parse(word))
    except argparse.ArgumentTypeError as error:
        outcomes.append(f"argument {option}: {error} (see --help)")
    try:
        words = [text.encode("utf-8", "surrogateescape") for text in (option, word)]
        outcomes.append(getattr(_core.parse_options("nugan-sample", words), name))
    except UserError as error:
        outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]


def test_positive() -> None:
    assert cli.positive("0.3") == 0.3


@pytest.mark.parametrize("text", ["0", "-0.5", "nan", "inf", "GeV", ""])
def test_bad_positive(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a"):
        cli.positive(text)


def test_run_passes_arguments_and_exit_code() -> None:
    def command(argv: Sequence[str] | None) -> int:
        return len(argv or ())

    assert cli.run("prog", command, ["a", "b"]) == 2


def test_users_mistake_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def command(argv: Sequence[str] | None) -> int:
        raise UserError("energy 20 GeV is too high")

    assert cli.run("prog", command) == cli.EXIT_USER_ERROR == 2
    assert capsys.readouterr().err == "prog: error: energy 20 GeV is too high\n"


def test_too_large_a_number_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def command(argv: Sequence[str] | None) -> int:
        raise MemoryError("8 PiB")

    assert cli.run("tool", command) == 2
    assert capsys.readouterr().err == "tool: error: not enough memory (8 PiB)\n"


def test_interrupt(capsys: pytest.CaptureFixture[str]) -> None:
    def command(argv: Sequence[str] | None) -> int:
        raise KeyboardInterrupt

    assert cli.run("prog", command) == cli.EXIT_INTERRUPTED == 130
    assert capsys.readouterr().err == "prog: interrupted\n"


def test_programmers_mistake_is_not_hidden() -> None:
    def command(argv: Sequence[str] | None) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cli.run("prog", command)


def test_parser_complains_in_one_line() -> None:
    parser = cli.Parser(prog="prog")
    parser.add_argument("-n", type=cli.count)
    with pytest.raises(
        UserError, match=r"^argument -n: '0' is not a whole number of at least 1 \(see --help\)$"
    ):
        parser.parse_args(["-n", "0"])
    with pytest.raises(UserError, match="--nosuch"):
        parser.parse_args(["--nosuch"])


@pytest.mark.parametrize("color", ["", "1"])
def test_progress_is_silent_off_a_terminal(monkeypatch: pytest.MonkeyPatch, color: str) -> None:
    """Where colours are asked for, too, as in the kernels of notebooks."""
    monkeypatch.setenv("FORCE_COLOR", color)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with cli.progress("events") as bar:
        bar.update(bar.add_task("sampling", total=10, note=""), completed=10, note="1 events/s")
    assert sys.stderr.getvalue() == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("quiet", [False, True])
def test_progress_on_a_terminal(monkeypatch: pytest.MonkeyPatch, quiet: bool) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with cli.progress("events", quiet) as bar:
        bar.update(bar.add_task("sampling", total=2000, note=""), completed=1000, note="7 events/s")
    text = sys.stderr.getvalue()
    assert ("1,000/2,000 events" in text) is not quiet
    assert ("7 events/s" in text) is not quiet


def test_progress_leaves_standard_output_where_it_goes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with cli.progress("events"):
        print("a" * 300)
    assert capsys.readouterr().out == "a" * 300 + "\n"


@pytest.mark.parametrize("arguments", [["text"], ["--help"]])
def test_a_closed_pipe_ends_quietly(arguments: list[str]) -> None:
    """As for ``| head``, whether Python has more than its buffer holds to write or not."""
    code = """
import sys
from nugan_hep import cli
def command(argv):
    cli.Parser(prog="prog").parse_known_args(argv)
    print("a line")
    return 0
sys.exit(cli.run("prog", command, sys.argv[1:]))
"""
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    for lines in ("", "0" * 100_000):
        reader, writer = os.pipe()
        os.close(reader)
        program = code.replace("a line", lines)
        command = [sys.executable, "-c", program, *arguments]
        done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, env=buffered)
        os.close(writer)
        assert (done.returncode, done.stderr) == (cli.EXIT_PIPE_CLOSED, "")


def test_what_was_printed_survives_another_closed_pipe() -> None:
    """Standard error is closed, standard output is not."""
    code = """
import sys
from nugan_hep import cli
def command(argv):
    print("kept")
    print("lost", file=sys.stderr)
sys.exit(cli.run("prog", command))
"""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=writer, text=True)
    os.close(writer)
    assert done.stdout == "kept\n"
