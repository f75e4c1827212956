/* SPDX-License-Identifier: GPL-2.0-only
 *
 * lmp_mace: LAMMPS as it is installed (liblammps), with pair_style mace. Command line, input, output and exit
 * codes are those of lmp. For a LAMMPS without the PLUGIN package, such as Debian 12's.
 */
#include "pair_mace.h"

#include "force.h"
#include "input.h"
#include "lammps.h"

#include <dlfcn.h>
#include <mpi.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

using namespace LAMMPS_NS;

static Pair *create_pair_mace(LAMMPS *lmp)
{
  return new PairMACE(lmp);
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
  (*force->pair_map)["mace"] = &create_pair_mace;
  original(this);
}

int main(int argc, char **argv)
{
  MPI_Init(&argc, &argv);
  try {
    LAMMPS *lmp = new LAMMPS(argc, argv, MPI_COMM_WORLD);
    if (lmp->force->pair_map->count("mace") == 0) (*lmp->force->pair_map)["mace"] = &create_pair_mace;
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
