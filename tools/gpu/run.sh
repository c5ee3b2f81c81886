#!/usr/bin/env bash
# All that a GPU has to tell, in one command of less than nine minutes; from the repository's root:
#
#   tools/gpu/run.sh DATA OUT
#
# It needs torch with CUDA, pybind11, scikit-build-core and a compiler, and no network. DATA holds
#   train.packed.npz, val.packed.npz   muon neutrinos on carbon (tools/gpu/pack.py)
#   wheels/                            packages that the machine lacks (tools/gpu/wheels.sh), if any
#   adversarial.tar                    of an earlier run, to go on with its training, if any
# and OUT gets table.txt, report.json, log.txt and adversarial.tar: the training's checkpoint, best epoch, history
# and model. Every part has a time limit, and where one fails the others still run; the exit code is then 1.
# What is installed goes into an environment that is thrown away. tools/gpu/rehearse.sh runs the same in small on
# a CPU.
set -uo pipefail
cd "$(dirname "$0")/../.."
data=$(realpath "$1") && mkdir -p "$2" && out=$(realpath "$2") || exit 2
python=${PYTHON:-python3} device=cuda total=530 last=90 patience=1
install=() tests=(-W default) measure=(-n 1e7 --repeat 5) losses=() train=(--eval-every 40000 --checkpoint-every 10000) evaluate=()
if [ -n "${REHEARSE:-}" ]; then
  device=cpu patience=10 total=3000 # the limits of a GPU are none for a busy CPU
  install=(--dry-run)
  measure=(--quick -n 2000 --repeat 1)
  losses=(--steps 100)
  train=(--steps 20 --eval-every 10)
  evaluate=(-n 20000)
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# an environment that sees what the given Python has (one with --system-site-packages would see another's)
"$python" -m venv --without-pip "$scratch/venv" || exit 2
site='import sysconfig; print(sysconfig.get_path("platlib"))'
printf 'import site; site.addsitedir("%s")\n' "$("$python" -c "$site")" \
  >"$("$scratch/venv/bin/python" -c "$site")/given.pth"
python=$scratch/venv/bin/python
export PYTHON=$python PYTHONUNBUFFERED=1
run=$scratch/run
: >"$out/log.txt"

# part NAME SECONDS COMMAND ...: its end is in parts.tsv, its output in the log
part() {
  local name=$1 limit=$((patience * $2)) began=$SECONDS code=0
  timeout -s TERM -k 20 "$limit" "${@:3}" >"$scratch/part.log" 2>&1 || code=$?
  printf '%s\t%s\t%s\t%s\n' "$name" "$code" "$((SECONDS - began))" "$limit" >>"$scratch/parts.tsv"
  { echo "== $name: ${*:3}" && cat "$scratch/part.log"; } >>"$out/log.txt"
  echo "$name: exit code $code after $((SECONDS - began)) s"
  [ "$code" = 0 ] || tail -n 15 "$scratch/part.log"
}

if compgen -G "$data/wheels/*.whl" >/dev/null; then
  part wheels 25 "$python" -m pip install -q --no-index --no-deps "${install[@]}" "$data"/wheels/*.whl
fi
part build 150 "$python" -m pip install --no-index --no-deps --no-build-isolation "${install[@]}" .
part tests 60 "$python" -m pytest -n0 -m cuda "${tests[@]}" --junitxml="$scratch/tests.xml" \
  $(grep -rl --include='*.py' 'mark\.cuda' tests)
for name in train val; do
  part "unpack_$name" 15 "$python" tools/gpu/pack.py --unpack "$data/$name.packed.npz" "$scratch/$name.npz"
done
part sampler 80 "$python" -m benchmarks --part device --device "$device" "${measure[@]}" \
  --folder "$scratch" --json "$scratch/sampler.json"
part step 35 "$python" -m benchmarks --part device-training --device "$device" "${measure[@]}" \
  --folder "$scratch" --json "$scratch/step.json"
part losses 25 "$python" tools/gpu/losses.py --data "$scratch/train.npz" --device "$device" "${losses[@]}" \
  --against tools/gpu/losses_cpu.json --out "$scratch/losses.json"
if [ -e "$data/adversarial.tar" ]; then
  mkdir "$run" && tar -xf "$data/adversarial.tar" -C "$run"
fi
left=$((total - last - SECONDS))
part training "$((left > 20 ? left : 20))" tools/adversarial.sh "$run" "$scratch" --device "$device" "${train[@]}"
if [ -e "$run" ]; then
  tar -cf "$out/adversarial.tar" -C "$run" --exclude=checkpoint-previous.pt .
  cp "$run/history.csv" "$scratch"
fi
part evaluation "$((last - 30))" "$python" -m nugan_hep.evaluate --model "$run/model.pt" --device "$device" \
  --no-figures --quiet --out "$scratch/evaluation" "${evaluate[@]}"
"$python" tools/gpu/report.py "$scratch" --out "$out" ${REHEARSE:+--rehearsal}
