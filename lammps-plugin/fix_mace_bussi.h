/* SPDX-License-Identifier: GPL-2.0-only
 *
 *   fix ID group mace/bussi Tstart Tstop Tdamp seed
 *
 * Stochastic velocity rescaling, G. Bussi, D. Donadio, M. Parrinello, J. Chem. Phys. 126, 014101 (2007): the
 * canonical distribution with one random scaling of all velocities per step. Arguments, fix_modify and output
 * are those of LAMMPS's fix temp/csvr, which Debian's LAMMPS lacks; needs fix nve beside it.
 */
#ifndef LMP_FIX_MACE_BUSSI_H
#define LMP_FIX_MACE_BUSSI_H

#include "fix.h"

#include <cstdint>
#include <string>

namespace LAMMPS_NS {

class FixMACEBussi : public Fix {
 public:
  FixMACEBussi(class LAMMPS *, int, char **);
  ~FixMACEBussi() override;

  int setmask() override;
  void init() override;
  void end_of_step() override;
  int modify_param(int, char **) override;
  void reset_target(double) override;
  double compute_scalar() override;
  void write_restart(FILE *) override;
  void restart(char *) override;
  void *extract(const char *, int &) override;

 private:
  double start, stop, period, target = 0.0;
  std::string start_variable;    // of Tstart, empty when it is a number
  std::string temperature_id;
  bool owns_temperature = true;
  class Compute *temperature = nullptr;
  double energy = 0.0;    // taken out of the system so far
  uint64_t state[4];      // of the random numbers; only those of rank 0 are used

  double temperature_of_step();
  double scale(double kinetic, double target_kinetic, double dof);
  uint64_t bits();
  double uniform();
  double gaussian();
  double sum_of_squares(double count);
  [[noreturn]] void refuse(const std::string &);
};

}    // namespace LAMMPS_NS

#endif
