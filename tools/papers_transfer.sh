#!/usr/bin/env bash
# Tables 2-4 of arXiv:2508.12987 with an adversarial GAN: argon, antineutrinos and the alternative model from 10,000
# and 100,000 events, by transfer with the first blocks frozen and from scratch.
#
#   tools/papers_transfer.sh MODEL DATA OUT [OPTIONS OF TRAIN AND FINETUNE ...]
#
# MODEL is what a carbon training exported, or its run folder; DATA/PROCESS has train.root and val.root. As in the
# paper a million events of the target choose the epoch. What is in OUT already is not done again, and a training
# that was stopped goes on. PROCESSES and SIZES (10k, 100k) choose some of the tables, EVALUATE holds options of
# evaluate.
set -euo pipefail
model=$1 data=$2 out=$3
python=${PYTHON:-python}
tables=$(realpath "$(dirname "$0")/fidelity_table.py")
probe() { case $1 in numubar*) echo -14 ;; *) echo 14 ;; esac; }
target() { case $1 in *Ar40*) echo Ar40 ;; *) echo C12 ;; esac; }

# adapt PROCESS SIZE HOW: a run in OUT/PROCESS_SIZE_HOW with its evaluation
adapt() {
  local run=$out/$1_$2_$3 limit=${2%k}000 options=("${@:4}") how=(-m nugan_hep.train --preset inc)
  [ "$3" = scratch ] || how=(-m nugan_hep.finetune --from "$model" --freeze first-block)
  # both with the steps of a transfer; what the command line says comes later and counts
  options=(--steps 10000 --eval-every 250 --checkpoint-every 1000 "${options[@]}")
  [ ! -e "$run/checkpoint.pt" ] || options+=(--resume)
  [ -e "$run/evaluation/metrics.json" ] && return
  [ -e "$run/done" ] || "$python" "${how[@]}" --data "$data/$1/train.root" --limit "$limit" --val "$data/$1/val.root" \
    --probe "$(probe "$1")" --target "$(target "$1")" --name "$1_$2_gan" --out "$run" "${options[@]}"
  touch "$run/done"
  # shellcheck disable=SC2086
  "$python" -m nugan_hep.evaluate --model "$run/model.pt" --no-figures --force --out "$run/evaluation" ${EVALUATE:-}
}

mkdir -p "$out"
for process in ${PROCESSES:-numubar_C12_inc numu_C12_alt numu_Ar40_inc}; do
  for size in ${SIZES:-10k 100k}; do
    for how in transfer scratch; do adapt $process $size $how "${@:4}"; done
    {
      echo "$process, $size"
      "$python" "$tables" "transfer=$out/${process}_${size}_transfer/evaluation" \
        "scratch=$out/${process}_${size}_scratch/evaluation"
    } >"$out/${process}_$size.md"
  done
done
cat "$out"/*.md
