/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The leading members of LAMMPS 29 Sep 2021's NeighRequest, whose header Debian's liblammps-dev lacks. Only
 * pointers to objects that LAMMPS made are used, and the style checks their contents before it trusts this.
 */
#ifndef LMP_NEIGH_REQUEST_H
#define LMP_NEIGH_REQUEST_H

#include "pointers.h"

namespace LAMMPS_NS {

class NeighRequest : protected Pointers {
 public:
  NeighRequest() = delete;

  int index;
  void *requestor;
  int requestor_instance;
  int id;
  int pair, fix, compute, command, neigh;
  int half, full;
};

}    // namespace LAMMPS_NS

#endif
