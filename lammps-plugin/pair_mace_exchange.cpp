/* SPDX-License-Identifier: GPL-2.0-only
 *
 * pair_style mace: rows of numbers that travel between atoms and their ghosts, for libmace.
 */
#include "pair_mace.h"

#include "comm.h"

#include <algorithm>
#include <cstring>

using namespace LAMMPS_NS;

int32_t PairMACE::forward_exchange(void *context, void *rows, int64_t width, int32_t element_size)
{
  return static_cast<PairMACE *>(context)->exchange(rows, width, element_size, true);
}

int32_t PairMACE::reverse_exchange(void *context, void *rows, int64_t width, int32_t element_size)
{
  return static_cast<PairMACE *>(context)->exchange(rows, width, element_size, false);
}

int32_t PairMACE::exchange(void *all_rows, int64_t width, int32_t element_size, bool forward)
{
  rows = static_cast<char *>(all_rows);
  element_bytes = element_size;
  row_bytes = static_cast<size_t>(width) * element_size;
  int32_t result = 0;
  const double start = MPI_Wtime();
  try {
    for (part_start = 0; part_start < row_bytes; part_start += part_bytes) {
      part_bytes = std::min(row_bytes - part_start, MESSAGE_WIDTH * sizeof(double));
      const int numbers = static_cast<int>((part_bytes + sizeof(double) - 1) / sizeof(double));
      comm_forward = comm_reverse = numbers;
#ifdef MACE_LAMMPS_2021
      if (forward) comm->forward_comm_pair(this);
      else comm->reverse_comm_pair(this);
#else
      if (forward) comm->forward_comm(this);
      else comm->reverse_comm(this);
#endif
    }
  } catch (...) {
    // An exception of LAMMPS must not travel through libmace: it is thrown again behind it.
    failure = std::current_exception();
    result = 1;
  }
  comm_forward = comm_reverse = MESSAGE_WIDTH;
  seconds_exchange += MPI_Wtime() - start;
  return result;
}

// Two float32 travel in the place of one double; only the owner's rank adds them up, as floats.
int PairMACE::pack_forward_comm(int n, int *atoms, double *buffer, int, int *)
{
  for (int k = 0; k < n; ++k) {
    const int node = node_of_atom[atoms[k]];
    double *place = buffer + static_cast<size_t>(k) * comm_forward;
    if (node < 0) std::fill(place, place + comm_forward, 0.0);
    else memcpy(place, rows + node * row_bytes + part_start, part_bytes);
  }
  return n * comm_forward;
}

void PairMACE::unpack_forward_comm(int n, int first, double *buffer)
{
  for (int k = 0; k < n; ++k) {
    const int node = node_of_atom[first + k];
    if (node >= 0)
      memcpy(rows + node * row_bytes + part_start, buffer + static_cast<size_t>(k) * comm_forward,
          part_bytes);
  }
}

int PairMACE::pack_reverse_comm(int n, int first, double *buffer)
{
  for (int k = 0; k < n; ++k) {
    const int node = node_of_atom[first + k];
    double *place = buffer + static_cast<size_t>(k) * comm_reverse;
    if (node < 0) std::fill(place, place + comm_reverse, 0.0);
    else memcpy(place, rows + node * row_bytes + part_start, part_bytes);
  }
  return n * comm_reverse;
}

template <typename Scalar> static void add(char *row, const double *buffer, size_t bytes)
{
  Scalar *sum = reinterpret_cast<Scalar *>(row);
  const char *terms = reinterpret_cast<const char *>(buffer);
  for (size_t k = 0; k < bytes / sizeof(Scalar); ++k) {
    Scalar term;
    memcpy(&term, terms + k * sizeof(Scalar), sizeof(Scalar));
    sum[k] += term;
  }
}

void PairMACE::unpack_reverse_comm(int n, int *atoms, double *buffer)
{
  for (int k = 0; k < n; ++k) {
    const int node = node_of_atom[atoms[k]];
    if (node < 0) continue;
    char *row = rows + node * row_bytes + part_start;
    const double *place = buffer + static_cast<size_t>(k) * comm_reverse;
    if (element_bytes == 8) add<double>(row, place, part_bytes);
    else add<float>(row, place, part_bytes);
  }
}
