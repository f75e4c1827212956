/*
 * Energy, forces and stress from C: a water molecule, then a small periodic box.
 *
 *   cc -std=c99 energy.c $(pkg-config --cflags --libs mace) -o energy
 *   ./energy MODEL [HEAD]
 *
 * energy.cpp, energy.f90 and mace_ase.py print the same lines.
 */
#include <mace.h>
#include <stdio.h>
#include <stdlib.h>

static void check(mace_status status) {
  if (status == MACE_OK) return;
  fprintf(stderr, "%s: %s\n", mace_status_name(status), mace_last_error());
  exit(1);
}

static void print_forces(const char *name, int n, double forces[][3]) {
  for (int i = 0; i < n; ++i)
    printf("%s force %d %.12f %.12f %.12f\n", name, i, forces[i][0], forces[i][1], forces[i][2]);
}

int main(int argc, char **argv) {
  static const int32_t numbers[6] = {8, 1, 1, 8, 1, 1};
  double positions[6][3] = {{0.00, 0.00, 0.12}, {0.00, 0.76, -0.48}, {0.00, -0.76, -0.48},
                            {2.10, 2.30, 2.50}, {2.90, 2.70, 2.90},  {1.50, 2.80, 3.10}};
  static const double cell[3][3] = {{4.5, 0.0, 0.0}, {0.3, 4.6, 0.0}, {-0.2, 0.4, 4.8}};
  if (argc < 2) {
    fprintf(stderr, "usage: %s MODEL [HEAD]\n", argv[0]);
    return 2;
  }

  mace_model *model = NULL;
  mace_calculator *calculator = NULL;
  check(mace_model_load(argv[1], MACE_PRECISION_FLOAT64, &model));
  check(mace_calculator_create(model, argc > 2 ? argv[2] : NULL, 1, &calculator));
  printf("cutoff %.12f\n", mace_model_cutoff(model));

  /* The molecule: the first three atoms, no cell. */
  double energy, forces[6][3], stress[3][3];
  mace_outputs outputs = MACE_OUTPUTS_INIT;
  outputs.energy = &energy;
  outputs.forces = &forces[0][0];
  check(mace_evaluate(calculator, 3, numbers, &positions[0][0], NULL, NULL, &outputs));
  printf("water energy %.12f\n", energy);
  print_forces("water", 3, forces);

  /* The box: all six atoms, periodic along all three lattice vectors. */
  outputs.stress = &stress[0][0];
  check(mace_evaluate(calculator, 6, numbers, &positions[0][0], &cell[0][0], NULL, &outputs));
  printf("box energy %.12f\n", energy);
  print_forces("box", 6, forces);
  for (int row = 0; row < 3; ++row)
    printf("box stress %d %.12f %.12f %.12f\n", row, stress[row][0], stress[row][1], stress[row][2]);

  /* The force on atom 1 along y must be the slope of the energy. */
  const double step = 1e-4, y = positions[1][1];
  double above, below;
  mace_outputs energy_only = MACE_OUTPUTS_INIT;
  energy_only.energy = &above;
  positions[1][1] = y + step;
  check(mace_evaluate(calculator, 6, numbers, &positions[0][0], &cell[0][0], NULL, &energy_only));
  energy_only.energy = &below;
  positions[1][1] = y - step;
  check(mace_evaluate(calculator, 6, numbers, &positions[0][0], &cell[0][0], NULL, &energy_only));
  printf("difference %.6f %.6f\n", forces[1][1], -(above - below) / (2 * step));

  mace_calculator_free(calculator);
  mace_model_free(model);
  return 0;
}
