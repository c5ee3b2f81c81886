#!/usr/bin/env bash
# The papers' adversarial training (arXiv:2502.20244, 2508.12987): the inclusive GAN from random weights, or on
# from where the run was stopped.
#
#   tools/adversarial.sh RUN_FOLDER DATA_FOLDER [OPTIONS OF TRAIN ...]
#
# DATA_FOLDER holds train and val of muon neutrinos on carbon, .npz or .root. The recipe is what the preset `inc`
# says: 400,000 steps of 1,000 events, AdamW with 1e-5 (generator) and 1e-4 (discriminator), AMSGrad from the middle
# on, dropout 0.1, noise 1e-3, the loss L_HCE. An epoch of 4,000,000 events is 4,000 steps. SIGTERM and SIGINT stop it
# after a checkpoint; killed, it loses at most 500 steps. RUN_FOLDER's checkpoint.pt and run.json are all that it
# takes to go on, with the same events.
set -euo pipefail
run=$1 data=$2
type=root
[ -e "$data/train.npz" ] && type=npz
resume=()
[ -e "$run/checkpoint.pt" ] && resume=(--resume)
exec "${PYTHON:-python}" -m nugan_hep.train --preset inc --data "$data/train.$type" --val "$data/val.$type" \
  --out "$run" --name numu_C12_inc_gan --eval-every 4000 --checkpoint-every 500 "${resume[@]}" "${@:3}"
