/* What mace.h promises, seen from C: bad arguments, untouched outputs, growing structures, callbacks. */
#include <mace.h>
#include <math.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;

#define CHECK(condition)                                                                          \
  do {                                                                                            \
    if (condition) {                                                                              \
      ++passed;                                                                                   \
    } else {                                                                                      \
      ++failed;                                                                                   \
      printf("%s:%d: failed: %s (last error: %s)\n", __FILE__, __LINE__, #condition, mace_last_error()); \
    }                                                                                             \
  } while (0)

/* The binary interface of version 1: these numbers must never change. */
typedef char size_of_outputs[sizeof(mace_outputs) == 72 ? 1 : -1];
typedef char order_of_outputs[offsetof(mace_outputs, heat_flux_virials) == 64 ? 1 : -1];
typedef char size_of_exchange[sizeof(mace_exchange) == 32 ? 1 : -1];
typedef char order_of_exchange[offsetof(mace_exchange, reverse) == 24 ? 1 : -1];
typedef char layout_of_enums[sizeof(mace_status) == 4 && sizeof(mace_precision) == 4 ? 1 : -1];

static const int32_t numbers[3] = {8, 1, 1};
static const double water[3][3] = {{0.00, 0.00, 0.12}, {0.00, 0.76, -0.48}, {0.00, -0.76, -0.48}};
static const double cell[3][3] = {{4.5, 0.0, 0.0}, {0.3, 4.6, 0.0}, {-0.2, 0.4, 4.8}};

static mace_status energy_of(mace_calculator *calculator, double *energy) {
  mace_outputs outputs = MACE_OUTPUTS_INIT;
  outputs.energy = energy;
  return mace_evaluate(calculator, 3, numbers, &water[0][0], NULL, NULL, &outputs);
}

static void test_version(void) {
  CHECK(strcmp(mace_version(), MACE_VERSION) == 0);
  CHECK(mace_abi_version() == MACE_ABI_VERSION);
  CHECK(strcmp(mace_status_name(MACE_OK), "MACE_OK") == 0);
  CHECK(strcmp(mace_status_name(MACE_ERROR_INTERNAL), "MACE_ERROR_INTERNAL") == 0);
  CHECK(strcmp(mace_status_name((mace_status)77), "unknown status") == 0);
  CHECK(strcmp(mace_last_error(), "") == 0);
}

static void test_loading(const char *path) {
  mace_model *model = (mace_model *)&passed;
  CHECK(mace_model_load("/nonexistent/x.model", MACE_PRECISION_IN_FILE, &model) == MACE_ERROR_IO);
  CHECK(model == NULL);
  CHECK(strstr(mace_last_error(), "/nonexistent/x.model") != NULL);
  CHECK(mace_model_load(NULL, MACE_PRECISION_IN_FILE, &model) == MACE_ERROR_ARGUMENT);
  CHECK(mace_model_load(path, MACE_PRECISION_IN_FILE, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_model_load(path, (mace_precision)9, &model) == MACE_ERROR_ARGUMENT);
  CHECK(mace_model_load_memory(NULL, 10, MACE_PRECISION_IN_FILE, &model) == MACE_ERROR_ARGUMENT);
  CHECK(mace_model_load_memory("x", SIZE_MAX, MACE_PRECISION_IN_FILE, &model) == MACE_ERROR_ARGUMENT);
  CHECK(mace_model_load_memory("not a model", 11, MACE_PRECISION_IN_FILE, &model) == MACE_ERROR_FORMAT);
  CHECK(mace_model_load_memory("", 0, MACE_PRECISION_IN_FILE, &model) == MACE_ERROR_FORMAT);
  CHECK(model == NULL);
}

/* The same energy from the file, from its bytes and from a saved copy. */
static void test_round_trips(const char *path, const char *head, const mace_model *model, double expected) {
  FILE *file = fopen(path, "rb");
  CHECK(file != NULL);
  if (file == NULL) return;
  char *bytes = NULL;
  size_t size = 0, capacity = 0, got;
  do {
    if (size == capacity) {
      capacity = 2 * capacity + 65536;
      bytes = realloc(bytes, capacity);
      if (bytes == NULL) abort();
    }
    got = fread(bytes + size, 1, capacity - size, file);
    size += got;
  } while (got > 0);
  fclose(file);

  const char *saved = "saved.safetensors";
  CHECK(mace_model_save(model, saved) == MACE_OK);
  CHECK(mace_model_save(model, "/nonexistent/y.safetensors") == MACE_ERROR_IO);
  CHECK(mace_model_save(NULL, saved) == MACE_ERROR_ARGUMENT);
  CHECK(mace_model_save(model, NULL) == MACE_ERROR_ARGUMENT);
  for (int way = 0; way < 2; ++way) {
    mace_model *copy = NULL;
    mace_calculator *calculator = NULL;
    double energy = NAN;
    CHECK((way == 0 ? mace_model_load_memory(bytes, size, MACE_PRECISION_FLOAT64, &copy)
                    : mace_model_load(saved, MACE_PRECISION_FLOAT64, &copy)) == MACE_OK);
    if (way == 0) memset(bytes, 0, size);
    CHECK(mace_calculator_create(copy, head, 1, &calculator) == MACE_OK);
    mace_model_free(copy); /* the calculator goes on */
    CHECK(energy_of(calculator, &energy) == MACE_OK);
    CHECK(fabs(energy - expected) < 1e-9);
    mace_calculator_free(calculator);
  }
  free(bytes);
}

static void test_facts(const mace_model *model) {
  const int32_t elements = mace_model_element_count(model), heads = mace_model_head_count(model);
  CHECK(elements >= 2 && heads >= 1);
  for (int32_t k = 0; k < elements; ++k)
    CHECK(mace_model_species(model, mace_model_atomic_number(model, k)) == k);
  for (int32_t k = 0; k < heads; ++k) CHECK(mace_model_head_name(model, k)[0] != 0);
  CHECK(mace_model_atomic_number(model, elements) == -1);
  CHECK(mace_model_atomic_number(model, -1) == -1);
  CHECK(mace_model_head_name(model, heads) == NULL);
  CHECK(mace_model_head_name(model, -1) == NULL);
  CHECK(mace_model_species(model, 0) == -1);
  CHECK(mace_model_species(model, INT32_MIN) == -1);
  CHECK(mace_model_layer_count(model) >= 1);
  const double cutoff = mace_model_cutoff(model);
  CHECK(cutoff > 0);
  CHECK(fabs(mace_model_receptive_field(model) - mace_model_layer_count(model) * cutoff) < 1e-12);
  CHECK(mace_model_parameter_count(model) > 0);
  CHECK(strncmp(mace_model_dtype(model), "float", 5) == 0);
  CHECK(mace_model_precision(model) == MACE_PRECISION_FLOAT64);
  CHECK(mace_model_instruction_set(model)[0] != 0);
  CHECK(mace_model_descriptor_width(model, 0) >= mace_model_descriptor_width(model, 1));
  CHECK(mace_model_descriptor_width(model, 1) > 0);

  CHECK(isnan(mace_model_cutoff(NULL)) && isnan(mace_model_receptive_field(NULL)));
  CHECK(mace_model_layer_count(NULL) == -1 && mace_model_element_count(NULL) == -1);
  CHECK(mace_model_atomic_number(NULL, 0) == -1 && mace_model_species(NULL, 1) == -1);
  CHECK(mace_model_head_count(NULL) == -1 && mace_model_head_name(NULL, 0) == NULL);
  CHECK(mace_model_parameter_count(NULL) == -1 && mace_model_dtype(NULL) == NULL);
  CHECK(mace_model_precision(NULL) == MACE_PRECISION_IN_FILE && mace_model_instruction_set(NULL) == NULL);
  CHECK(mace_model_descriptor_width(NULL, 0) == -1);
}

static void test_calculators(const mace_model *model, const char *head) {
  mace_calculator *calculator = (mace_calculator *)&passed;
  CHECK(mace_calculator_create(NULL, head, 1, &calculator) == MACE_ERROR_ARGUMENT && calculator == NULL);
  CHECK(mace_calculator_create(model, head, 1, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_calculator_create(model, head, 0, &calculator) == MACE_ERROR_ARGUMENT);
  CHECK(mace_calculator_create(model, head, -1, &calculator) == MACE_ERROR_ARGUMENT);
  CHECK(mace_calculator_create(model, head, INT32_MAX, &calculator) == MACE_ERROR_ARGUMENT);
  CHECK(mace_calculator_create(model, "no such head", 1, &calculator) == MACE_ERROR_ARGUMENT);
  CHECK(strstr(mace_last_error(), mace_model_head_name(model, 0)) != NULL);
  if (mace_model_head_count(model) > 1)
    CHECK(mace_calculator_create(model, NULL, 1, &calculator) == MACE_ERROR_ARGUMENT);
  CHECK(mace_calculator_workspace_bytes(NULL) == -1);
  CHECK(mace_calculator_reset(NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_calculator_measure(NULL, 1) == MACE_ERROR_ARGUMENT);
  CHECK(mace_calculator_stage_seconds(NULL, NULL) == MACE_ERROR_ARGUMENT);
  mace_calculator_free(NULL);
  mace_model_free(NULL);
}

static void test_evaluate_arguments(mace_calculator *calculator) {
  double energy = 42, forces[3][3] = {{42}}, stress[9] = {42};
  double bad[3][3];
  int32_t other[3] = {8, 1, 1}, pbc[3] = {1, 1, 0}, none[3] = {0, 0, 0};
  mace_outputs outputs = MACE_OUTPUTS_INIT;
  outputs.energy = &energy;
  outputs.forces = &forces[0][0];
  const double *x = &water[0][0], *c = &cell[0][0];
  CHECK(mace_evaluate(NULL, 3, numbers, x, NULL, NULL, &outputs) == MACE_ERROR_ARGUMENT);
  CHECK(mace_evaluate(calculator, -1, numbers, x, NULL, NULL, &outputs) == MACE_ERROR_ARGUMENT);
  CHECK(mace_evaluate(calculator, INT64_C(1) << 32, numbers, x, NULL, NULL, &outputs) == MACE_ERROR_ARGUMENT);
  CHECK(mace_evaluate(calculator, INT64_MIN, numbers, x, NULL, NULL, &outputs) == MACE_ERROR_ARGUMENT);
  CHECK(mace_evaluate(calculator, 3, NULL, x, NULL, NULL, &outputs) == MACE_ERROR_ARGUMENT);
  CHECK(strstr(mace_last_error(), "atomic_numbers") != NULL);
  CHECK(mace_evaluate(calculator, 3, numbers, NULL, NULL, NULL, &outputs) == MACE_ERROR_ARGUMENT);
  CHECK(mace_evaluate(calculator, 3, numbers, x, NULL, NULL, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_evaluate(calculator, 3, numbers, x, NULL, pbc, &outputs) == MACE_ERROR_ARGUMENT);

  memcpy(bad, water, sizeof bad);
  bad[2][1] = NAN;
  CHECK(mace_evaluate(calculator, 3, numbers, &bad[0][0], NULL, NULL, &outputs) == MACE_ERROR_GEOMETRY);
  memcpy(bad[2], bad[1], sizeof bad[2]);
  CHECK(mace_evaluate(calculator, 3, numbers, &bad[0][0], NULL, NULL, &outputs) == MACE_ERROR_GEOMETRY);
  memcpy(bad, cell, sizeof bad);
  memcpy(bad[2], bad[1], sizeof bad[2]);
  CHECK(mace_evaluate(calculator, 3, numbers, x, &bad[0][0], NULL, &outputs) == MACE_ERROR_GEOMETRY);
  other[1] = 119;
  CHECK(mace_evaluate(calculator, 3, other, x, NULL, NULL, &outputs) == MACE_ERROR_ELEMENT);
  other[1] = -5;
  CHECK(mace_evaluate(calculator, 3, other, x, NULL, NULL, &outputs) == MACE_ERROR_ELEMENT);

  outputs.stress = stress;
  CHECK(mace_evaluate(calculator, 3, numbers, x, NULL, NULL, &outputs) == MACE_ERROR_GEOMETRY);
  CHECK(mace_evaluate(calculator, 3, numbers, x, c, pbc, &outputs) == MACE_ERROR_GEOMETRY);
  CHECK(energy == 42 && forces[0][0] == 42 && stress[0] == 42); /* failures write nothing */
  CHECK(mace_evaluate(calculator, 3, numbers, x, c, NULL, &outputs) == MACE_OK);
  CHECK(energy != 42 && stress[0] != 42);

  outputs.stress = NULL;
  double open = 0, slab = 0;
  outputs.energy = &open;
  CHECK(mace_evaluate(calculator, 3, numbers, x, c, none, &outputs) == MACE_OK);
  outputs.energy = &slab;
  CHECK(mace_evaluate(calculator, 3, numbers, x, c, pbc, &outputs) == MACE_OK);
  CHECK(energy_of(calculator, &energy) == MACE_OK && fabs(open - energy) < 1e-9);
  CHECK(slab != open);

  mace_outputs nothing = MACE_OUTPUTS_INIT;
  CHECK(mace_evaluate(calculator, 3, numbers, x, NULL, NULL, &nothing) == MACE_OK);
  outputs.energy = &energy;
  CHECK(mace_evaluate(calculator, 0, NULL, NULL, NULL, NULL, &outputs) == MACE_OK && energy == 0);
  CHECK(mace_calculator_workspace_bytes(calculator) >= 0);
  CHECK(mace_calculator_reset(calculator) == MACE_OK);

}

static double measured(mace_calculator *calculator) {
  const int32_t count = mace_stage_count();
  double *seconds = malloc(count * sizeof *seconds), sum = 0;
  if (seconds == NULL) abort();
  CHECK(mace_calculator_stage_seconds(calculator, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_calculator_stage_seconds(calculator, seconds) == MACE_OK);
  for (int32_t stage = 0; stage < count; ++stage) {
    CHECK(mace_stage_name(stage) != NULL && seconds[stage] >= 0);
    sum += seconds[stage];
  }
  free(seconds);
  return sum;
}

static void test_stages(mace_calculator *calculator) {
  const double *x = &water[0][0];
  double forces[3][3];
  mace_outputs outputs = MACE_OUTPUTS_INIT;
  outputs.forces = &forces[0][0];
  CHECK(mace_stage_count() > 0 && mace_stage_name(-1) == NULL && mace_stage_name(mace_stage_count()) == NULL);
  CHECK(mace_calculator_measure(calculator, 1) == MACE_OK && measured(calculator) == 0);
  CHECK(mace_evaluate(calculator, 3, numbers, x, NULL, NULL, &outputs) == MACE_OK);
  CHECK(measured(calculator) > 0);
  CHECK(mace_calculator_measure(calculator, 0) == MACE_OK && measured(calculator) == 0);
}

static void test_descriptors(const mace_model *model, mace_calculator *calculator) {
  const double *x = &water[0][0];
  const size_t width = mace_model_descriptor_width(model, 0);
  double *rows = malloc(3 * width * sizeof *rows);
  if (rows == NULL) abort();
  CHECK(mace_descriptors(calculator, 3, numbers, x, NULL, NULL, 0, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_descriptors(calculator, 3, numbers, x, NULL, NULL, 0, rows) == MACE_OK);
  CHECK(mace_descriptors(calculator, 3, numbers, x, NULL, NULL, 1, rows) == MACE_OK);
  const int64_t narrow = mace_model_descriptor_width(model, 1);
  double largest = 0; /* the two H are mirror images */
  for (int64_t k = 0; k < narrow; ++k) largest = fmax(largest, fabs(rows[narrow + k] - rows[2 * narrow + k]));
  CHECK(largest < 1e-10);
  CHECK(mace_descriptors(calculator, 0, NULL, NULL, NULL, NULL, 1, NULL) == MACE_OK);
  free(rows);
}

/* All outputs at once obey the sums of the manual. */
static void test_sums(mace_calculator *calculator) {
  double energy, interaction, forces[3][3], stress[9], virial[9], energies[3], virials[3][9], flux[3][9];
  mace_outputs o = MACE_OUTPUTS_INIT;
  o.energy = &energy;
  o.interaction_energy = &interaction;
  o.forces = &forces[0][0];
  o.stress = stress;
  o.virial = virial;
  o.atomic_energies = energies;
  o.atomic_virials = &virials[0][0];
  o.heat_flux_virials = &flux[0][0];
  CHECK(mace_evaluate(calculator, 3, numbers, &water[0][0], &cell[0][0], NULL, &o) == MACE_OK);
  const double volume = 4.5 * 4.6 * 4.8;
  CHECK(fabs(energies[0] + energies[1] + energies[2] - energy) < 1e-9 * fmax(1, fabs(energy)));
  CHECK(isfinite(interaction));
  for (int k = 0; k < 9; ++k) {
    CHECK(fabs(virials[0][k] + virials[1][k] + virials[2][k] - virial[k]) < 1e-9);
    CHECK(fabs(flux[0][k] + flux[1][k] + flux[2][k] - virial[k]) < 1e-9);
    CHECK(fabs(stress[k] + virial[k] / volume) < 1e-12);
    CHECK(fabs(virial[k] - virial[3 * (k % 3) + k / 3]) < 1e-9);
  }
  for (int x = 0; x < 3; ++x) CHECK(fabs(forces[0][x] + forces[1][x] + forces[2][x]) < 1e-9);

  /* W_zz = -dE/d(strain_zz), by stretching along z. */
  const double step = 1e-5;
  double e[2];
  for (int side = 0; side < 2; ++side) {
    double x[3][3], c[3][3];
    const double scale = 1 + (side == 0 ? step : -step);
    memcpy(x, water, sizeof x);
    memcpy(c, cell, sizeof c);
    for (int i = 0; i < 3; ++i) {
      x[i][2] *= scale;
      c[i][2] *= scale;
    }
    mace_outputs only = MACE_OUTPUTS_INIT;
    only.energy = &e[side];
    CHECK(mace_evaluate(calculator, 3, numbers, &x[0][0], &c[0][0], NULL, &only) == MACE_OK);
  }
  CHECK(fabs(virial[8] + (e[0] - e[1]) / (2 * step)) < 1e-5 * fmax(1, fabs(virial[8])));
}

/* A program with an older header has a shorter structure, one with a newer header a longer one. */
static void test_growing_structures(mace_calculator *calculator) {
  struct {
    mace_outputs known;
    double *unknown;
  } newer = {MACE_OUTPUTS_INIT, NULL};
  double energy = 42, forces[9] = {42}, expected = 0;
  const double *x = &water[0][0];
  CHECK(energy_of(calculator, &expected) == MACE_OK);
  newer.known.size = sizeof newer;
  newer.known.energy = &energy;
  CHECK(mace_evaluate(calculator, 3, numbers, x, NULL, NULL, &newer.known) == MACE_OK && energy == expected);
  newer.unknown = &energy;
  CHECK(mace_evaluate(calculator, 3, numbers, x, NULL, NULL, &newer.known) == MACE_ERROR_UNSUPPORTED);

  mace_outputs older = MACE_OUTPUTS_INIT;
  older.size = offsetof(mace_outputs, forces);
  older.energy = &energy;
  older.forces = forces; /* beyond the size: not the library's to read */
  CHECK(mace_evaluate(calculator, 3, numbers, x, NULL, NULL, &older) == MACE_OK && forces[0] == 42);
  static const size_t nonsense[] = {0, 8, 63, 4104, SIZE_MAX};
  for (size_t k = 0; k < sizeof nonsense / sizeof *nonsense; ++k) {
    older.size = nonsense[k];
    CHECK(mace_evaluate(calculator, 3, numbers, x, NULL, NULL, &older) == MACE_ERROR_ARGUMENT);
    CHECK(strstr(mace_last_error(), "MACE_OUTPUTS_INIT") != NULL);
  }
}

struct host {
  mace_calculator *calculator;
  int forward, reverse, answer;
  mace_status nested;
};

static int32_t forward(void *context, void *rows, int64_t width, int32_t element_size) {
  struct host *host = context;
  double energy;
  ++host->forward;
  host->nested = energy_of(host->calculator, &energy);
  if (rows == NULL || width < 1 || element_size != 8) return 99;
  return host->answer;
}

static int32_t reverse(void *context, void *rows, int64_t width, int32_t element_size) {
  struct host *host = context;
  ++host->reverse;
  return rows == NULL || width < 1 || element_size != 8;
}

/* The water molecule as a host's nodes, and a host that counts its calls. */
struct graph {
  int32_t species[3];
  int64_t offsets[4];
  int32_t neighbors[6];
  double energy, forces[9];
  struct host host;
  mace_exchange exchange;
  mace_outputs outputs;
};

static void make_graph(struct graph *g, const mace_model *model, mace_calculator *calculator) {
  static const int64_t offsets[4] = {0, 2, 4, 6};
  static const int32_t neighbors[6] = {1, 2, 0, 2, 0, 1};
  const mace_exchange exchange = MACE_EXCHANGE_INIT;
  const mace_outputs outputs = MACE_OUTPUTS_INIT;
  memset(g, 0, sizeof *g);
  for (int i = 0; i < 3; ++i) g->species[i] = mace_model_species(model, numbers[i]);
  memcpy(g->offsets, offsets, sizeof offsets);
  memcpy(g->neighbors, neighbors, sizeof neighbors);
  g->host.calculator = calculator;
  g->exchange = exchange;
  g->exchange.context = &g->host;
  g->exchange.forward = forward;
  g->exchange.reverse = reverse;
  g->outputs = outputs;
  g->outputs.energy = &g->energy;
  g->outputs.forces = g->forces;
}

static mace_status evaluate_graph(struct graph *g, int64_t local, int64_t ghosts) {
  return mace_evaluate_neighbors(
      g->host.calculator, local, ghosts, g->species, &water[0][0], g->offsets, g->neighbors, &g->exchange,
      &g->outputs);
}

static void test_neighbors(const mace_model *model, mace_calculator *calculator) {
  struct graph g;
  double expected = 0;
  const int layers = mace_model_layer_count(model);
  CHECK(energy_of(calculator, &expected) == MACE_OK);
  make_graph(&g, model, calculator);
  CHECK(evaluate_graph(&g, 3, 0) == MACE_OK && fabs(g.energy - expected) < 1e-9);
  CHECK(g.host.forward == layers - 1 && g.host.reverse == layers - 1);
  if (layers > 1) CHECK(g.host.nested == MACE_ERROR_ARGUMENT); /* the calculator is inside a call */
  g.outputs.forces = NULL;
  CHECK(evaluate_graph(&g, 3, 0) == MACE_OK && g.host.reverse == layers - 1); /* no derivatives, no reverse */
  g.outputs.forces = g.forces;
  g.energy = 42;
  if (layers > 1) {
    g.host.answer = 7;
    CHECK(evaluate_graph(&g, 3, 0) == MACE_CANCELLED && g.energy == 42);
    g.host.answer = 0;
  }
  CHECK(evaluate_graph(&g, 3, 0) == MACE_OK && fabs(g.energy - expected) < 1e-9);
  g.host.forward = 0; /* a process without atoms stays in step */
  CHECK(evaluate_graph(&g, 0, 0) == MACE_OK && g.energy == 0 && g.host.forward == layers - 1);
  CHECK(mace_evaluate_neighbors(
            calculator, 3, 0, g.species, &water[0][0], g.offsets, g.neighbors, NULL, &g.outputs)
        == MACE_OK);
}

static void test_bad_neighbors(const mace_model *model, mace_calculator *calculator) {
  static const int64_t counts[][2] = {
      {-1, 0}, {3, -1}, {INT32_MAX, INT32_MAX}, {INT64_MAX, INT64_MAX}, {INT64_MIN, 0}};
  static const int32_t nodes[] = {3, -1, INT32_MAX, INT32_MIN, 2 /* the atom itself */};
  const double *x = &water[0][0];
  double stress[9];
  struct graph g;
  make_graph(&g, model, calculator);
  for (size_t k = 0; k < sizeof counts / sizeof *counts; ++k)
    CHECK(evaluate_graph(&g, counts[k][0], counts[k][1]) == MACE_ERROR_ARGUMENT);
  for (size_t k = 0; k < sizeof nodes / sizeof *nodes; ++k) {
    g.neighbors[5] = nodes[k];
    CHECK(evaluate_graph(&g, 3, 0) == MACE_ERROR_ARGUMENT);
  }
  make_graph(&g, model, calculator);
  g.offsets[1] = 5;
  CHECK(evaluate_graph(&g, 3, 0) == MACE_ERROR_ARGUMENT && strstr(mace_last_error(), "offsets") != NULL);
  make_graph(&g, model, calculator);
  g.offsets[0] = -1;
  CHECK(evaluate_graph(&g, 3, 0) == MACE_ERROR_ARGUMENT);
  make_graph(&g, model, calculator);
  g.offsets[3] = INT64_MAX;
  CHECK(evaluate_graph(&g, 3, 0) == MACE_ERROR_ARGUMENT);
  g.offsets[3] = 7; /* one more than there can be */
  CHECK(evaluate_graph(&g, 3, 0) == MACE_ERROR_ARGUMENT);
  make_graph(&g, model, calculator);
  g.species[0] = mace_model_element_count(model);
  CHECK(evaluate_graph(&g, 3, 0) != MACE_OK);
  g.species[0] = -1;
  CHECK(evaluate_graph(&g, 3, 0) != MACE_OK);
  make_graph(&g, model, calculator);
  g.outputs.stress = stress;
  CHECK(evaluate_graph(&g, 3, 0) == MACE_ERROR_GEOMETRY);
  make_graph(&g, model, calculator);
  g.exchange.reverse = NULL;
  CHECK(evaluate_graph(&g, 3, 0) == MACE_ERROR_ARGUMENT);
  make_graph(&g, model, calculator);
  g.exchange.size = 0;
  CHECK(evaluate_graph(&g, 3, 0) == MACE_ERROR_ARGUMENT);
  CHECK(strstr(mace_last_error(), "MACE_EXCHANGE_INIT") != NULL);

  /* Each pointer in turn is NULL. */
  make_graph(&g, model, calculator);
  for (int k = 0; k < 6; ++k)
    CHECK(mace_evaluate_neighbors(
              k == 0 ? NULL : calculator, 3, 0, k == 1 ? NULL : g.species, k == 2 ? NULL : x,
              k == 3 ? NULL : g.offsets, k == 4 ? NULL : g.neighbors, NULL, k == 5 ? NULL : &g.outputs)
          == MACE_ERROR_ARGUMENT);
}

static void *other_thread(void *message_is_empty) {
  mace_model *model;
  *(int *)message_is_empty = strcmp(mace_last_error(), "") == 0;
  mace_model_load("/nonexistent/other", MACE_PRECISION_IN_FILE, &model);
  *(int *)message_is_empty += strstr(mace_last_error(), "/nonexistent/other") != NULL;
  return NULL;
}

static void test_messages_per_thread(void) {
  mace_model *model;
  pthread_t thread;
  int good = 0;
  mace_model_load("/nonexistent/mine", MACE_PRECISION_IN_FILE, &model);
  CHECK(pthread_create(&thread, NULL, other_thread, &good) == 0);
  pthread_join(thread, NULL);
  CHECK(good == 2);
  CHECK(strstr(mace_last_error(), "/nonexistent/mine") != NULL);
  CHECK(strchr(mace_last_error(), '\n') == NULL);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  const char *head = argc > 2 ? argv[2] : NULL;
  mace_model *model = NULL;
  mace_calculator *calculator = NULL;
  double energy = NAN;
  test_version();
  test_loading(argv[1]);
  CHECK(mace_model_load(argv[1], MACE_PRECISION_FLOAT64, &model) == MACE_OK);
  CHECK(mace_calculator_create(model, head, 2, &calculator) == MACE_OK);
  CHECK(energy_of(calculator, &energy) == MACE_OK);
  if (failed > 0) return 1;
  test_facts(model);
  test_calculators(model, head);
  test_evaluate_arguments(calculator);
  test_stages(calculator);
  test_descriptors(model, calculator);
  test_sums(calculator);
  test_growing_structures(calculator);
  test_neighbors(model, calculator);
  test_bad_neighbors(model, calculator);
  test_round_trips(argv[1], head, model, energy);
  test_messages_per_thread();
  mace_calculator_free(calculator);
  mace_model_free(model);
  printf("%d passed, %d failed\n", passed, failed);
  return failed > 0;
}
