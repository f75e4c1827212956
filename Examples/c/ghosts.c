/*
 * The neighbour-list interface, as a host with its own ghosts uses it: a periodic box is unfolded into the
 * atoms it owns and explicit images of them, and must give what mace_evaluate() gives for the cell.
 *
 *   cc -std=c99 ghosts.c $(pkg-config --cflags --libs mace) -lm -o ghosts
 *   ./ghosts MODEL [HEAD]
 */
#include <mace.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOCAL = 6 };

static void check(mace_status status) {
  if (status == MACE_OK) return;
  fprintf(stderr, "%s: %s\n", mace_status_name(status), mace_last_error());
  exit(1);
}

static void *checked(void *memory) {
  if (memory == NULL) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  return memory;
}

/* The nodes: LOCAL atoms, then `ghosts` images; owner[i] is the atom that node i is a copy of. */
typedef struct nodes {
  int64_t ghosts;
  double (*positions)[3];
  int32_t *species, *owner;
} nodes;

static double distance(const double a[3], const double b[3]) {
  return sqrt((b[0] - a[0]) * (b[0] - a[0]) + (b[1] - a[1]) * (b[1] - a[1]) + (b[2] - a[2]) * (b[2] - a[2]));
}

/* Appends every image, up to `copies` cells away, that is within reach of an atom of the box. */
static nodes unfold(
    double positions[LOCAL][3], const int32_t *species, const double cell[3][3], double reach, int copies) {
  const size_t most = (size_t)(2 * copies + 1) * (2 * copies + 1) * (2 * copies + 1) * LOCAL;
  nodes result = {0};
  result.positions = checked(malloc(most * sizeof *result.positions));
  result.species = checked(malloc(most * sizeof *result.species));
  result.owner = checked(malloc(most * sizeof *result.owner));
  memcpy(result.positions, positions, LOCAL * sizeof *positions);
  memcpy(result.species, species, LOCAL * sizeof *species);
  for (int i = 0; i < LOCAL; ++i) result.owner[i] = i;
  for (int a = -copies; a <= copies; ++a)
    for (int b = -copies; b <= copies; ++b)
      for (int c = -copies; c <= copies; ++c) {
        if (a == 0 && b == 0 && c == 0) continue;
        for (int j = 0; j < LOCAL; ++j) {
          double image[3];
          int near = 0;
          for (int x = 0; x < 3; ++x)
            image[x] = positions[j][x] + a * cell[0][x] + b * cell[1][x] + c * cell[2][x];
          for (int i = 0; i < LOCAL; ++i) near = near || distance(positions[i], image) < reach;
          if (!near) continue;
          const int64_t node = LOCAL + result.ghosts++;
          memcpy(result.positions[node], image, sizeof image);
          result.species[node] = species[j];
          result.owner[node] = j;
        }
      }
  return result;
}

/* All nodes within reach of each atom of the box. */
static int32_t *list_neighbors(const nodes *n, double reach, int64_t offsets[LOCAL + 1]) {
  const int64_t total = LOCAL + n->ghosts;
  int32_t *neighbors = checked(malloc(LOCAL * (size_t)total * sizeof *neighbors));
  offsets[0] = 0;
  for (int i = 0; i < LOCAL; ++i) {
    offsets[i + 1] = offsets[i];
    for (int64_t j = 0; j < total; ++j) {
      if (j == i || distance(n->positions[i], n->positions[j]) >= reach) continue;
      neighbors[offsets[i + 1]++] = (int32_t)j;
    }
  }
  return neighbors;
}

/* forward: ghosts get the rows of their owners, be they of doubles or of floats. */
static int32_t copy_to_ghosts(void *context, void *rows, int64_t width, int32_t element_size) {
  const nodes *n = context;
  const size_t bytes = (size_t)width * element_size;
  for (int64_t g = LOCAL; g < LOCAL + n->ghosts; ++g)
    memcpy((char *)rows + g * bytes, (char *)rows + n->owner[g] * bytes, bytes);
  return 0;
}

/* reverse: owners collect the rows of their ghosts. */
static int32_t add_to_owners(void *context, void *rows, int64_t width, int32_t element_size) {
  const nodes *n = context;
  for (int64_t g = LOCAL; g < LOCAL + n->ghosts; ++g)
    for (int64_t k = 0; k < width; ++k) {
      const int64_t to = n->owner[g] * width + k, from = g * width + k;
      if (element_size == 8)
        ((double *)rows)[to] += ((double *)rows)[from];
      else
        ((float *)rows)[to] += ((float *)rows)[from];
    }
  return 0;
}

static double largest_difference(const double *a, const double *b, int64_t count) {
  double largest = 0;
  for (int64_t i = 0; i < count; ++i) largest = fmax(largest, fabs(a[i] - b[i]));
  return largest;
}

static int compare(const char *head, mace_model *model) {
  static const int32_t numbers[LOCAL] = {8, 1, 1, 8, 1, 1};
  static const double cell[3][3] = {{4.5, 0.0, 0.0}, {0.3, 4.6, 0.0}, {-0.2, 0.4, 4.8}};
  double positions[LOCAL][3] = {{0.00, 0.00, 0.12}, {0.00, 0.76, -0.48}, {0.00, -0.76, -0.48},
                                {2.10, 2.30, 2.50}, {2.90, 2.70, 2.90},  {1.50, 2.80, 3.10}};
  mace_calculator *calculator = NULL;
  check(mace_calculator_create(model, head, 1, &calculator));

  /* What the cell gives. */
  double energy, forces[LOCAL][3], virial[9], energies[LOCAL];
  mace_outputs expected = MACE_OUTPUTS_INIT;
  expected.energy = &energy;
  expected.forces = &forces[0][0];
  expected.virial = virial;
  expected.atomic_energies = energies;
  check(mace_evaluate(calculator, LOCAL, numbers, &positions[0][0], &cell[0][0], NULL, &expected));

  /* The same atoms as nodes. The list reaches further than the cutoff, as lists with a skin do. */
  const double reach = mace_model_cutoff(model) + 0.5;
  const int copies = (int)(reach / 4.0) + 2;
  int32_t species[LOCAL];
  for (int i = 0; i < LOCAL; ++i) species[i] = mace_model_species(model, numbers[i]);
  nodes n = unfold(positions, species, cell, reach, copies);
  const int64_t total = LOCAL + n.ghosts;
  int64_t offsets[LOCAL + 1];
  int32_t *neighbors = list_neighbors(&n, reach, offsets);

  double energy2, virial2[9], energies2[LOCAL], sum[9] = {0}, folded[LOCAL][3] = {{0}};
  double(*forces2)[3] = checked(malloc((size_t)total * sizeof *forces2));
  double(*virials)[9] = checked(malloc((size_t)total * sizeof *virials));
  mace_outputs outputs = MACE_OUTPUTS_INIT;
  outputs.energy = &energy2;
  outputs.forces = &forces2[0][0];
  outputs.virial = virial2;
  outputs.atomic_energies = energies2;
  outputs.atomic_virials = &virials[0][0];
  mace_exchange exchange = MACE_EXCHANGE_INIT;
  exchange.context = &n;
  exchange.forward = copy_to_ghosts;
  exchange.reverse = add_to_owners;
  check(mace_evaluate_neighbors(
      calculator, LOCAL, n.ghosts, n.species, &n.positions[0][0], offsets, neighbors, &exchange, &outputs));
  for (int64_t i = 0; i < total; ++i) {
    for (int x = 0; x < 3; ++x) folded[n.owner[i]][x] += forces2[i][x];
    for (int k = 0; k < 9; ++k) sum[k] += virials[i][k];
  }

  const double differences[5] = {
      fabs(energy - energy2), largest_difference(energies, energies2, LOCAL),
      largest_difference(&forces[0][0], &folded[0][0], 3 * LOCAL), largest_difference(virial, virial2, 9),
      largest_difference(virial, sum, 9)};
  static const char *const names[5] = {
      "energy", "atomic energies", "forces", "virial", "sum of atomic virials"};
  const int is_single = mace_model_precision(model) == MACE_PRECISION_FLOAT32;
  int failures = 0;
  printf("%s: %d atoms, %lld ghosts, %lld neighbours\n", is_single ? "float32" : "float64", LOCAL,
         (long long)n.ghosts, (long long)offsets[LOCAL]);
  for (int k = 0; k < 5; ++k) {
    /* float32 rounds differently when the order of neighbours does. */
    const int is_equal = differences[k] < (is_single ? 1e-3 : 1e-9);
    printf("  %-22s differs by %.1e %s\n", names[k], differences[k], is_equal ? "" : "<-- too much");
    failures += !is_equal;
  }
  free(virials);
  free(forces2);
  free(neighbors);
  free(n.owner);
  free(n.species);
  free(n.positions);
  mace_calculator_free(calculator);
  return failures;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s MODEL [HEAD]\n", argv[0]);
    return 2;
  }
  int failures = 0;
  for (int precision = MACE_PRECISION_FLOAT64; precision <= MACE_PRECISION_FLOAT32; ++precision) {
    mace_model *model = NULL;
    check(mace_model_load(argv[1], (mace_precision)precision, &model));
    failures += compare(argc > 2 ? argv[2] : NULL, model);
    mace_model_free(model);
  }
  return failures == 0 ? 0 : 1;
}
