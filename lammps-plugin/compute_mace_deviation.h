/* SPDX-License-Identifier: GPL-2.0-only
 *
 *   compute ID group mace/deviation
 *
 * How far the models of pair_style mace disagree at this step, in the units and definitions of its out_file.
 * Vector: max_devi_v min_devi_v avg_devi_v max_devi_f min_devi_f avg_devi_f devi_e, where the three of the
 * forces are those of the group's atoms. Scalar: max_devi_f. Per atom: the deviation of the force.
 */
#ifndef LMP_COMPUTE_MACE_DEVIATION_H
#define LMP_COMPUTE_MACE_DEVIATION_H

#include "compute.h"

#include <vector>

namespace LAMMPS_NS {

class ComputeMACEDeviation : public Compute {
 public:
  ComputeMACEDeviation(class LAMMPS *, int, char **);

  void init() override;
  double compute_scalar() override;
  void compute_vector() override;
  void compute_peratom() override;
  double memory_usage() override;

 private:
  std::vector<double> values, per_atom;

  class PairMACE *pair();
};

}    // namespace LAMMPS_NS

#endif
