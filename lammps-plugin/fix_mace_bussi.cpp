/* SPDX-License-Identifier: GPL-2.0-only */
#include "fix_mace_bussi.h"

#include "atom.h"
#include "comm.h"
#include "compute.h"
#include "error.h"
#include "force.h"
#include "group.h"
#include "input.h"
#include "modify.h"
#include "update.h"
#include "utils.h"
#include "variable.h"

#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace LAMMPS_NS;
using namespace FixConst;

FixMACEBussi::FixMACEBussi(LAMMPS *lmp, int narg, char **arg) : Fix(lmp, narg, arg)
{
  if (narg != 7) refuse("use: fix ID group mace/bussi Tstart Tstop Tdamp seed");
  nevery = global_freq = 1;
  scalar_flag = extscalar = ecouple_flag = 1;
  restart_global = 1;
  dynamic_group_allow = 1;

  if (strncmp(arg[3], "v_", 2) == 0) {
    start_variable = arg[3] + 2;
    start = 0.0;
  } else {
    start = target = utils::numeric(FLERR, arg[3], false, lmp);
  }
  stop = utils::numeric(FLERR, arg[4], false, lmp);
  period = utils::numeric(FLERR, arg[5], false, lmp);
  const int seed = utils::inumeric(FLERR, arg[6], false, lmp);
  if (!(start >= 0.0 && stop >= 0.0)) refuse("a temperature is negative");
  if (!(period > 0.0)) refuse("Tdamp must be greater than 0");
  if (seed <= 0) refuse("the seed must be greater than 0");
  // Vigna's splitmix64 spreads the seed over the state, as he advises for xoshiro256.
  uint64_t s = static_cast<uint64_t>(seed);
  for (uint64_t &word : state) {
    uint64_t z = (s += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    word = z ^ (z >> 31);
  }
  temperature_id = std::string(id) + "_temp";
  modify->add_compute(temperature_id + " " + group->names[igroup] + " temp");
}

FixMACEBussi::~FixMACEBussi()
{
  if (owns_temperature && modify->find_compute(temperature_id) >= 0) modify->delete_compute(temperature_id);
}

int FixMACEBussi::setmask()
{
  return END_OF_STEP;
}

void FixMACEBussi::init()
{
  if (!start_variable.empty()) {
    const int variable = input->variable->find(start_variable.c_str());
    if (variable < 0 || !input->variable->equalstyle(variable))
      refuse("there is no equal-style variable " + start_variable);
  }
  const int index = modify->find_compute(temperature_id);
  if (index < 0) refuse("the compute " + temperature_id + " of the temperature does not exist any more");
  temperature = modify->compute[index];
  if (temperature->tempflag == 0) refuse("the compute " + temperature_id + " is not a temperature");
}

double FixMACEBussi::temperature_of_step()
{
  if (start_variable.empty()) {
    double done = static_cast<double>(update->ntimestep - update->beginstep);
    if (done != 0.0) done /= static_cast<double>(update->endstep - update->beginstep);
    return start + done * (stop - start);
  }
  modify->clearstep_compute();
  const double value = input->variable->compute_equal(input->variable->find(start_variable.c_str()));
  modify->addstep_compute(update->ntimestep + nevery);
  if (!(value >= 0.0)) refuse("the variable " + start_variable + " gives a temperature below 0");
  return value;
}

void FixMACEBussi::end_of_step()
{
  target = temperature_of_step();
  const double current = temperature->compute_scalar(), dof = temperature->dof;
  // Nothing to scale.
  if (dof < 1.0 || current <= 0.0) return;
  const double unit = 0.5 * force->boltz * dof;
  double factor = comm->me == 0 ? scale(unit * current, unit * target, dof) : 0.0;
  MPI_Bcast(&factor, 1, MPI_DOUBLE, 0, world);
  energy += unit * current * (1.0 - factor * factor);

  double **v = atom->v;
  const bool bias = temperature->tempbias != 0;
  for (int i = 0; i < atom->nlocal; ++i) {
    if (!(atom->mask[i] & groupbit)) continue;
    if (bias) temperature->remove_bias(i, v[i]);
    for (int d = 0; d < 3; ++d) v[i][d] *= factor;
    if (bias) temperature->restore_bias(i, v[i]);
  }
}

// Equation A7 of the paper, and the sign of G. Bussi, M. Parrinello, Comput. Phys. Commun. 179, 26 (2008).
double FixMACEBussi::scale(double kinetic, double target_kinetic, double dof)
{
  const double keep = std::exp(-update->dt / period), ratio = target_kinetic / (dof * kinetic);
  const double first = gaussian(), others = sum_of_squares(dof - 1.0);
  const double square = keep + (1.0 - keep) * ratio * (first * first + others)
      + 2.0 * first * std::sqrt(keep * (1.0 - keep) * ratio);
  const double size = std::sqrt(std::max(0.0, square));
  return first * std::sqrt((1.0 - keep) * ratio) + std::sqrt(keep) >= 0.0 ? size : -size;
}

/* ------------------------------------------------------------------------------------ fix_modify -- */

int FixMACEBussi::modify_param(int narg, char **arg)
{
  if (strcmp(arg[0], "temp") != 0) return 0;
  if (narg < 2) refuse("fix_modify temp needs the ID of a compute");
  const int index = modify->find_compute(arg[1]);
  if (index < 0) refuse(std::string("there is no compute ") + arg[1]);
  if (modify->compute[index]->tempflag == 0) refuse(std::string("compute ") + arg[1] + " is not a temperature");
  if (modify->compute[index]->igroup != igroup && comm->me == 0)
    error->warning(FLERR, "fix mace/bussi: the group of compute " + std::string(arg[1]) + " is another one");
  if (owns_temperature) modify->delete_compute(temperature_id);
  owns_temperature = false;
  temperature_id = arg[1];
  return 2;
}

void FixMACEBussi::reset_target(double value)
{
  target = start = stop = value;
}

// The energy of system plus bath, etotal + this, is conserved.
double FixMACEBussi::compute_scalar()
{
  return energy;
}

void *FixMACEBussi::extract(const char *name, int &dimension)
{
  dimension = 0;
  return strcmp(name, "t_target") == 0 ? &target : nullptr;
}

void FixMACEBussi::write_restart(FILE *file)
{
  if (comm->me != 0) return;
  const int size = sizeof energy + sizeof state;
  fwrite(&size, sizeof size, 1, file);
  fwrite(&energy, sizeof energy, 1, file);
  fwrite(state, sizeof state, 1, file);
}

void FixMACEBussi::restart(char *buffer)
{
  memcpy(&energy, buffer, sizeof energy);
  memcpy(state, buffer + sizeof energy, sizeof state);
}

/* ---------------------------------------------------------------------------------- random numbers -- */

static uint64_t rotated(uint64_t x, int n)
{
  return (x << n) | (x >> (64 - n));
}

// xoshiro256++ of D. Blackman and S. Vigna, ACM Trans. Math. Softw. 47, 36 (2021).
uint64_t FixMACEBussi::bits()
{
  const uint64_t result = rotated(state[0] + state[3], 23) + state[0], t = state[1] << 17;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= t;
  state[3] = rotated(state[3], 45);
  return result;
}

// In (0, 1), both excluded.
double FixMACEBussi::uniform()
{
  return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53;
}

double FixMACEBussi::gaussian()
{
  const double radius = std::sqrt(-2.0 * std::log(uniform()));
  return radius * std::cos(6.283185307179586 * uniform());
}

// Sum of the squares of `count` gaussians: twice a gamma variate of shape count / 2, by the method of
// G. Marsaglia and W. W. Tsang, ACM Trans. Math. Softw. 26, 363 (2000).
double FixMACEBussi::sum_of_squares(double count)
{
  if (count <= 0.0) return 0.0;
  const double shape = 0.5 * count;
  // Below 1 the method needs a shape greater by one.
  const double boost = shape < 1.0 ? std::pow(uniform(), 1.0 / shape) : 1.0;
  const double d = (shape < 1.0 ? shape + 1.0 : shape) - 1.0 / 3.0, c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = gaussian(), root = 1.0 + c * x;
    if (root <= 0.0) continue;
    const double v = root * root * root;
    if (std::log(uniform()) < 0.5 * x * x + d * (1.0 - v + std::log(v))) return 2.0 * d * v * boost;
  }
}

void FixMACEBussi::refuse(const std::string &message)
{
  error->all(FLERR, "fix mace/bussi: " + message);
  abort();    // not reached; not all versions say so
}
