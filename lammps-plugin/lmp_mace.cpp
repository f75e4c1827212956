/* SPDX-License-Identifier: GPL-2.0-only
 *
 * lmp_mace: LAMMPS as it is installed (liblammps), with the styles of this folder. Command line, input,
 * output and exit codes are those of lmp. For a LAMMPS without the PLUGIN package, such as Debian 12's.
 */
#include "mace_styles.h"

#include "force.h"
#include "input.h"
#include "lammps.h"
#include "modify.h"

#include <dlfcn.h>
#include <mpi.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

using namespace LAMMPS_NS;

static void add_styles(LAMMPS *lmp)
{
  (*lmp->force->pair_map)["mace"] = &mace_styles::pair;
  (*lmp->modify->compute_map)["mace/deviation"] = &mace_styles::deviation;
  (*lmp->modify->fix_map)["mace/bussi"] = &mace_styles::bussi;
}

// The constructor of LAMMPS and the command `clear` both call this when all styles are registered anew. As
// the program defines it, the dynamic linker takes it in place of that of liblammps, which is called here.
void LAMMPS::post_create()
{
  using Original = void (*)(LAMMPS *);
  static const Original original =
      reinterpret_cast<Original>(dlsym(RTLD_NEXT, "_ZN9LAMMPS_NS6LAMMPS11post_createEv"));
  if (original == nullptr) {
    fprintf(stderr, "lmp_mace: this liblammps is not the one lmp_mace was built for: build it again\n");
    MPI_Abort(MPI_COMM_WORLD, 1);
  }
  add_styles(this);
  original(this);
}

int main(int argc, char **argv)
{
  MPI_Init(&argc, &argv);
  try {
    LAMMPS *lmp = new LAMMPS(argc, argv, MPI_COMM_WORLD);
    add_styles(lmp);
    lmp->input->file();
    delete lmp;
  } catch (const std::exception &failure) {
    fprintf(stderr, "%s\n", failure.what());
    MPI_Abort(MPI_COMM_WORLD, 1);
    exit(1);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  MPI_Finalize();
  return 0;
}
