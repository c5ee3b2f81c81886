#!/usr/bin/env bash
# Wheels of what tools/gpu/run.sh needs beside torch, SciPy, matplotlib, pyarrow, xxhash, fsspec and pytest-xdist:
#
#   tools/gpu/wheels.sh .gpu/wheels [PYTHON VERSION]
set -euo pipefail
mkdir -p "$1"
platforms=()
for glibc in 2014 _2_17 _2_24 _2_27 _2_28; do platforms+=(--platform "manylinux${glibc}_x86_64"); done
# POT 0.9.7 is 33 MB of a solver that is not used here
python3 -m pip download -q --no-deps --only-binary=:all: --implementation cp --python-version "${2:-3.12}" \
  "${platforms[@]}" -d "$1" uproot awkward awkward-cpp cramjam 'POT<0.9.7' rich
du -sh "$1"
