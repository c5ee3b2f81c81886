"""``nugan-campaign``: make many files of one long run, on this machine or a farm."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nugan_hep import cli
from nugan_hep.campaigns import dag, engines, manifest, options, running, spec, work
from nugan_hep.campaigns import folder as folders
from nugan_hep.campaigns.manifest import Entry, Manifest
from nugan_hep.errors import UserError
from nugan_hep.signals import stop_signals

PROGRAM = "nugan-campaign"

HELP = """\
usage: nugan-campaign run [SPEC.toml] [options]      make the files
       nugan-campaign submit --dag [SPEC.toml] ...   write a DAG for HTCondor instead
       nugan-campaign status FOLDER                  how many files there are
       nugan-campaign check FOLDER                   read all files and compare their SHA-256
       nugan-campaign make FOLDER NUMBER             make one file: a job of the DAG
"""

EPILOGUE = """\
options of nugan-sample, see nugan-sample --help, and keys of SPEC.toml:
  {names}

examples:
  nugan-campaign run --model numu_C12_inc -n 1e9 --files 1000 --out production
  nugan-campaign run t2k.toml --on slurm --queue long --workers 200
  nugan-campaign run t2k.toml --on tcp://farm:8786 --resume
  nugan-campaign submit --dag condor.toml && condor_submit_dag production/campaign.dag

The folder's manifest.json has range, SHA-256, events, POT and cross section of every file. A file is the
same, byte by byte, whoever makes it and in whatever order; all together are the events of one nugan-sample.
exit codes: 0 done, 2 bad input or files missing, 130 interrupted (143 by SIGTERM): go on with --resume"""

NUMBERS = {"files": cli.count, "per_file": cli.count, "workers": cli.count}
HELPS = {
    "files": "cut the events into N files",
    "per_file": f"events of a file (default {spec.USUAL_PER_FILE:,})",
    "out": "the campaign's folder",
    "on": f"{engines.LOCAL} (default), {', '.join(engines.BATCH)}, tcp://HOST:PORT of a Dask scheduler, or "
    f"{engines.HERE}: without Dask, a file after the other",
    "workers": "processes (default: as many as CPUs)",
    "queue": "queue or partition",
    "account": "account or project",
    "walltime": "of a worker's job (default 04:00:00)",
    "memory": "of a worker's job (default 2GB)",
    "interface": "network by which workers reach the scheduler, such as ib0",
    "directives": "a line more in the head of the job script; may be given again",
    "prologue": "a command before a worker starts; may be given again",
    "patience": "seconds to wait for a scheduler that went away (default 300)",
}


def campaign(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks; the exit code."""
    words = [*(sys.argv[1:] if argv is None else argv)]
    actions: dict[str, Callable[[list[str]], int]] = {
        "run": _run,
        "submit": _submit,
        "make": _make,
        "status": _status,
        "check": _check,
    }
    helped = words[:1] + words[-1:]  # run and submit have helps of their own
    if helped and helped[-1] in ("-h", "--help") and helped[0] not in ("run", "submit"):
        print(HELP, end="")
        return 0
    if words and words[0] in actions:
        return actions[words[0]](words[1:])
    raise UserError(f"expected {', '.join(actions)} (see --help)")


def _run(words: list[str]) -> int:
    asked, arguments = _asked("run", words)
    engines.check(asked.farm)
    folder = _folder(asked)
    with folders.locked(folder), folders.begun(folder), stop_signals() as caught:
        known = _begin(folder, asked, arguments)
        folders.tidy(folder, notes=False)
        with cli.progress("events", arguments.quiet) as bar:
            task = bar.add_task("making", total=known.events, note="")

            def report(entry: Entry | None, note: str) -> None:
                bar.update(task, advance=entry.events if entry else 0, note=note)

            def dashboard(address: str) -> None:
                if not bar.disable:
                    bar.console.print(f"dashboard: {address}", highlight=False, soft_wrap=True)

            left = {*range(len(known.files))}
            todo = running.Work(folder, known, left, report, lambda: bool(caught), dashboard)
            try:
                running.run(asked.farm, todo)
            finally:
                known = folders.known(folder, known)
                manifest.write(known, folder)
        for why in todo.bad.values():
            rest = "" if todo.left else ", others made its files"
            print(f"{PROGRAM}: warning: a worker failed{rest}: {why}", file=sys.stderr)
        if todo.left:
            made = len(known.files) - len(todo.left)
            print(
                f"{PROGRAM}: stopped after {made} of {len(known.files)} files; go on with --resume",
                file=sys.stderr,
            )
            return 128 + caught[0]
        folders.tidy(folder, notes=True)
    if not arguments.quiet:
        print(_summary(folder, known))
    return 0


def _submit(words: list[str]) -> int:
    asked, arguments = _asked("submit", words)
    if not arguments.dag:
        raise UserError("submit writes a DAG: expected --dag (see --help)")
    dag.check(asked.farm)
    folder = _folder(asked)
    with folders.locked(folder), folders.begun(folder):
        known = folders.known(folder, _begin(folder, asked, arguments))
        left = [k for k, one in enumerate(known.files) if not folders.is_whole(folder, one)]
        path = dag.write(folder, known, left, asked.farm)
    print(f"{path}: {len(left)} of {len(known.files)} files to make; condor_submit_dag {path}")
    return 0


def _make(words: list[str]) -> int:
    if len(words) != 2:
        raise UserError("expected make FOLDER NUMBER (see --help)")
    folder, whole = Path(words[0]), manifest.read(Path(words[0]))
    number = int(words[1]) if words[1].isdecimal() else -1
    if not 0 <= number < len(whole.files):
        raise UserError(f"NUMBER = {words[1]}: expected 0 to {len(whole.files) - 1}")
    entry = work.make(folder, whole, number)
    print(f"{folder / entry.file}: {entry.events:,} events, SHA-256 {entry.sha256}")
    return 0


def _status(words: list[str]) -> int:
    folder = _only_folder("status", words)
    known = folders.known(folder, manifest.read(folder))
    there = [one for one in known.files if folders.is_there(folder, one)]
    events = sum(one.events for one in there)
    print(f"{folder}: {len(there)} of {len(known.files)} files, {events:,} of {known.events:,} events")
    return 0


def _check(words: list[str]) -> int:
    folder = _only_folder("check", words)
    known = folders.known(folder, manifest.read(folder))
    missing = [one.file for one in known.files if not (folder / one.file).is_file()]
    with cli.progress("files") as bar:
        task = bar.add_task("reading", total=len(known.files), note="")
        damaged = []
        for one in known.files:
            if one.file not in missing and not folders.is_whole(folder, one):
                damaged.append(one.file)
            bar.update(task, advance=1)
    if bad := [*missing, *damaged]:
        raise UserError(
            f"{folder}: {len(missing)} files are missing and {len(damaged)} damaged of {len(known.files)} "
            f"({', '.join(bad[:3])}{', ...' if bad[3:] else ''}): make them with --resume"
        )
    with folders.locked(folder):
        manifest.write(known, folder)
        folders.tidy(folder, notes=True)
    print(_summary(folder, known))
    return 0


def _begin(folder: Path, asked: spec.Spec, arguments: argparse.Namespace) -> Manifest:
    """The manifest of a new campaign, or of the one to go on with.

    Raises
    ------
    UserError : the folder holds a campaign and ``--resume`` is missing, or holds another one
    """
    begun = manifest.read(folder) if (folder / manifest.NAME).exists() else None
    if begun is None and arguments.resume:
        raise UserError(f"{folder} holds no campaign to go on with: leave out --resume")
    if begun and not arguments.resume:
        raise UserError(f"{folder} holds a campaign: give --resume to go on with it, or another --out")
    if begun and not asked.sample:
        _check_cut(folder, begun, asked)
        return begun
    planned, warning = work.plan(asked)
    if warning and not arguments.quiet:
        print(f"{PROGRAM}: warning: {warning}", file=sys.stderr)
    if begun:
        _check_same(folder, begun, planned)
        return begun
    manifest.write(planned, folder)
    return planned


def _check_cut(folder: Path, begun: Manifest, asked: spec.Spec) -> None:
    """Refuse ``--files`` and ``--per-file`` that are not those of the campaign."""
    ranges = [(one.first, one.events) for one in begun.files]
    if (asked.files or asked.per_file) and asked.ranges(begun.files[0].first, begun.events) != ranges:
        raise _other_cut(folder, begun)


def _other_cut(folder: Path, begun: Manifest) -> UserError:
    return UserError(f"{folder} holds a campaign of {len(begun.files)} files that are cut in another way")


def _check_same(folder: Path, begun: Manifest, planned: Manifest) -> None:
    if begun.identity == planned.identity:
        return
    samples = [options.without_pace(one.sample) for one in (planned, begun)]
    for name in dict.fromkeys(name for sample in samples for name in sample):
        new, old = (" ".join(sample.get(name, ["not given"])) for sample in samples)
        if new != old:
            raise UserError(f"{folder} holds another campaign: {name} is {old}, not {new}")
    work.check_same(begun.description, planned.description)
    raise _other_cut(folder, begun)


def _summary(folder: Path, known: Manifest) -> str:
    size = sum(one.bytes or 0 for one in known.files)
    pot = [one.pot for one in known.files if one.pot is not None]
    exposure = f", {sum(pot):g} POT" if pot else ""
    return f"{folder}: {len(known.files)} files, {known.events:,} events{exposure}, {size / 1e6:,.1f} MB"


def _asked(action: str, words: list[str]) -> tuple[spec.Spec, argparse.Namespace]:
    """The campaign of a spec and of the options on the command line, which count more."""
    arguments, others = _parser(action).parse_known_args(words)
    file = others.pop(0) if others and not others[0].startswith("-") else None
    asked = spec.from_toml(Path(file)) if file else spec.Spec({}, Path.cwd())
    given: options.Given = options.from_words(others)
    if file:  # names of files on the command line begin in another folder than those of the spec
        given = {**asked.sample, **options.located(given, Path.cwd())}
    cut: dict[str, Any] = {key: value for key in spec.OWN if (value := getattr(arguments, key)) is not None}
    if {"files", "per_file"} & cut.keys():
        cut = {"files": 0, "per_file": 0, **cut}
    if "out" in cut:
        cut["out"] = Path(cut["out"])
    farm = {key: value for key in spec.FARM_KEYS if (value := getattr(arguments, key)) is not None}
    farm = {key: tuple(value) if isinstance(value, list) else value for key, value in farm.items()}
    return replace(asked, sample=given, **cut, farm=replace(asked.farm, **farm)), arguments


def _folder(asked: spec.Spec) -> Path:
    if asked.out is None:
        raise UserError("no folder for the files: expected --out FOLDER, or out in the spec")
    return asked.out


def _only_folder(action: str, words: list[str]) -> Path:
    if len(words) != 1 or words[0].startswith("-"):
        raise UserError(f"expected {action} FOLDER (see --help)")
    return Path(words[0])


def _parser(action: str) -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog=f"{PROGRAM} {action}",
        usage=f"{PROGRAM} {action} [SPEC.toml] [options] [options of nugan-sample]",
        epilog=EPILOGUE.format(names=textwrap.fill(", ".join(options.names()), 100, subsequent_indent="  ")),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    for key, kind in {**spec.OWN, **spec.FARM_KEYS}.items():
        option = "--" + key.replace("_", "-").removesuffix("s" if kind is list else "")
        if kind is list:
            add(option, dest=key, action="append", metavar="TEXT", help=HELPS[key])
        else:
            numbers = cli.positive if kind is float else NUMBERS.get(key, str)
            add(option, dest=key, type=numbers, metavar=key.upper(), help=HELPS[key])
    add("--resume", action="store_true", help="go on: make what is missing or damaged")
    add("--quiet", action="store_true", help="no progress bar, no summary")
    if action == "submit":
        add("--dag", action="store_true", help="write campaign.dag and its submit files into the folder")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``nugan-campaign``."""
    return cli.run(PROGRAM, campaign, argv)
