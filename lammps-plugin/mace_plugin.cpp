/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Entry point of macelmpplugin.so, for a LAMMPS with the PLUGIN package:  plugin load macelmpplugin.so
 */
#include "mace_styles.h"

#include "comm.h"
#include "error.h"
#include "lammps.h"

#include <cstring>
#include <string>

using namespace LAMMPS_NS;

// The interface of `plugin load`. Declared here because installed LAMMPS headers lack lammpsplugin.h.
extern "C" {
typedef void *(*mace_plugin_factory1)(void *);
typedef void *(*mace_plugin_factory2)(void *, int, char **);
struct mace_plugin_entry {
  const char *version, *style, *name, *info, *author;
  union {
    mace_plugin_factory1 v1;
    mace_plugin_factory2 v2;
  } creator;
  void *handle;
};
typedef void (*mace_plugin_register)(mace_plugin_entry *, void *);

void lammpsplugin_init(void *lmp, void *handle, void *regfunc);
}

static void *create_pair(void *lmp)
{
  return mace_styles::pair(static_cast<LAMMPS *>(lmp));
}

static void *create_deviation(void *lmp, int narg, char **arg)
{
  return mace_styles::deviation(static_cast<LAMMPS *>(lmp), narg, arg);
}

static void *create_bussi(void *lmp, int narg, char **arg)
{
  return mace_styles::bussi(static_cast<LAMMPS *>(lmp), narg, arg);
}

// A plugin uses the layout of LAMMPS's classes, so that it belongs to one version of LAMMPS.
static bool same_version(const LAMMPS *lmp)
{
  return strlen(MACE_LAMMPS_VERSION) == 0 || lmp->num_ver == MACE_LAMMPS_VERSION_NUMBER;
}

void lammpsplugin_init(void *pointer, void *handle, void *regfunc)
{
  LAMMPS *lmp = static_cast<LAMMPS *>(pointer);
  if (!same_version(lmp)) {
    lmp->error->all(FLERR, "macelmpplugin.so was built for LAMMPS " + std::string(MACE_LAMMPS_VERSION)
        + ", and this is LAMMPS " + lmp->version + ": build it again for this version");
    return;
  }
  mace_plugin_entry plugin;
  memset(&plugin, 0, sizeof plugin);
  plugin.version = lmp->version;
  plugin.author = "The authors of the Swift MACE library";
  plugin.handle = handle;
  const auto add = reinterpret_cast<mace_plugin_register>(regfunc);

  plugin.style = "pair";
  plugin.name = "mace";
  plugin.info = "MACE interatomic potentials (libmace " MACE_VERSION ")";
  plugin.creator.v1 = &create_pair;
  add(&plugin, pointer);

  plugin.style = "compute";
  plugin.name = "mace/deviation";
  plugin.info = "Disagreement of the models of a committee (libmace " MACE_VERSION ")";
  plugin.creator.v2 = &create_deviation;
  add(&plugin, pointer);

  plugin.style = "fix";
  plugin.name = "mace/bussi";
  plugin.info = "Stochastic velocity rescaling (libmace " MACE_VERSION ")";
  plugin.creator.v2 = &create_bussi;
  add(&plugin, pointer);
}
