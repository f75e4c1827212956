/* SPDX-License-Identifier: GPL-2.0-only
 *
 * fix MACE/REPORT: tells pair_style mace when a run begins and ends. Made by the pair style, not by users.
 */
#ifndef LMP_FIX_MACE_REPORT_H
#define LMP_FIX_MACE_REPORT_H

#include "fix.h"
#include "modify.h"
#include "pair_mace.h"

#include <string>

namespace LAMMPS_NS {

class FixMACEReport : public Fix {
 public:
  FixMACEReport(class LAMMPS *lmp, int narg, char **arg) : Fix(lmp, narg, arg) {}

  int setmask() override { return FixConst::POST_RUN; }
  void setup(int) override { pair->start_measuring(); }
  void min_setup(int) override { pair->start_measuring(); }
  void post_run() override { pair->report_times(); }

  static void create(Modify *modify, const std::string &id, PairMACE *pair)
  {
    const std::string style = "MACE/REPORT";
    // Known to LAMMPS no longer than needed: a plugin that is unloaded must leave nothing behind.
    (*modify->fix_map)[style] = [](LAMMPS *lmp, int narg, char **arg) -> Fix * {
      return new FixMACEReport(lmp, narg, arg);
    };
    Fix *fix = modify->add_fix(id + " all " + style);
    modify->fix_map->erase(style);
    static_cast<FixMACEReport *>(fix)->pair = pair;
  }

 private:
  PairMACE *pair = nullptr;
};

}    // namespace LAMMPS_NS

#endif
