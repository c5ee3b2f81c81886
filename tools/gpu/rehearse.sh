#!/usr/bin/env bash
# tools/gpu/run.sh on a CPU, in a minute and without any data: nothing is built, events come from a shipped model.
#
#   tools/gpu/rehearse.sh [OUT]
set -euo pipefail
cd "$(dirname "$0")/../.."
export PYTHON=${PYTHON:-python3} REHEARSE=1
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
for name in train val; do
  # the same seed, other events
  first=0 && [ $name = train ] || first=20000
  "$PYTHON" -m nugan_hep.sample --model numu_C12_inc --lepton-only -n 20000 --first $first --quiet \
    --out "$data/$name.npz"
  "$PYTHON" tools/gpu/pack.py "$data/$name.npz" "$data/$name.packed.npz"
done
tools/gpu/run.sh "$data" "${1:-$data/out}"
