/* What mace.h promises of the trainer, seen from C: bad arguments, cancelling, the same numbers again, and the
 * same from mace_fine_tune(). */
#include <mace.h>
#include <math.h>
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
typedef char size_of_labels[sizeof(mace_labels) == 88 ? 1 : -1];
typedef char order_of_labels[offsetof(mace_labels, virial_weight) == 80 ? 1 : -1];
typedef char size_of_errors[sizeof(mace_errors) == 88 ? 1 : -1];
typedef char order_of_errors[offsetof(mace_errors, virial_rmse) == 80 ? 1 : -1];
typedef char size_of_event[sizeof(mace_training_event) == 80 ? 1 : -1];
typedef char order_of_event[offsetof(mace_training_event, is_best) == 72 ? 1 : -1];
typedef char layout_of_enums[sizeof(mace_frame_use) == 4 && sizeof(mace_trained) == 4 ? 1 : -1];

enum { FRAMES = 6 };
static const int32_t numbers[3] = {8, 1, 1};
static const double cell[3][3] = {{4.5, 0.0, 0.0}, {0.3, 4.6, 0.0}, {-0.2, 0.4, 4.8}};
static double positions[FRAMES][3][3], energies[FRAMES], forces[FRAMES][3][3];

/* Water in some deformations; the labels are numbers, of no physical meaning. */
static void make_frames(void) {
  static const double water[3][3] = {{0.00, 0.00, 0.12}, {0.00, 0.76, -0.48}, {0.00, -0.76, -0.48}};
  for (int f = 0; f < FRAMES; ++f) {
    energies[f] = -2.0 + 0.01 * f;
    for (int i = 0; i < 9; ++i) {
      (&positions[f][0][0])[i] = (&water[0][0])[i] + 0.05 * sin(7 * f + 3 * i);
      (&forces[f][0][0])[i] = 0.1 * cos(5 * f + i);
    }
  }
}

static mace_status add(mace_trainer *trainer, mace_frame_use use, int f) {
  mace_labels labels = MACE_LABELS_INIT;
  labels.energy = &energies[f];
  labels.forces = &forces[f][0][0];
  return mace_trainer_add_frame(trainer, use, 3, numbers, &positions[f][0][0], &cell[0][0], NULL, &labels);
}

static void set(mace_trainer *trainer, const char *name, const char *value) {
  CHECK(mace_trainer_set(trainer, name, value) == MACE_OK);
}

static mace_trainer *make(const mace_model *model, const char *head) {
  mace_trainer *trainer = NULL;
  CHECK(mace_trainer_create(model, 1, &trainer) == MACE_OK);
  set(trainer, "E0s", "foundation");
  set(trainer, "batch_size", "2");
  set(trainer, "lr", "0.001");
  set(trainer, "ema", "True");
  set(trainer, "ema_decay", "0.9");
  set(trainer, "max_num_epochs", "3");
  if (head != NULL) set(trainer, "foundation_head", head);
  for (int f = 0; f < FRAMES; ++f)
    CHECK(add(trainer, f < 4 ? MACE_FRAME_TRAINING : MACE_FRAME_VALIDATION, f) == MACE_OK);
  return trainer;
}

/* What a callback saw, and when it is to stop. */
typedef struct record {
  int logs, steps, validations, epochs, models;
  double losses[64];
  int loss_count;
  int stop_at_step, stop_at_epoch, stop_at_log;
  mace_trainer *trainer;
  char path[512];
} record;

static int32_t listen(void *context, const mace_training_event *event) {
  record *r = context;
  if (event->size < sizeof(mace_training_event)) return 1;
  switch (event->kind) {
    case MACE_TRAINING_LOG: return ++r->logs == r->stop_at_log || strlen(event->text) == 0;
    case MACE_TRAINING_STEP:
      if (r->loss_count < 64) r->losses[r->loss_count++] = event->loss;
      if (r->trainer != NULL) { /* not inside the callback */
        mace_model *model;
        CHECK(mace_trainer_model(r->trainer, MACE_TRAINED_NOW, MACE_PRECISION_FLOAT64, &model)
              == MACE_ERROR_ARGUMENT);
      }
      return ++r->steps == r->stop_at_step;
    case MACE_TRAINING_VALIDATION:
      if (r->loss_count < 64) r->losses[r->loss_count++] = event->errors->forces_rmse;
      ++r->validations;
      return strcmp(event->text, "Default") != 0 || event->errors->size != sizeof(mace_errors);
    case MACE_TRAINING_EPOCH: return ++r->epochs == r->stop_at_epoch;
    case MACE_TRAINING_MODEL:
      ++r->models;
      snprintf(r->path, sizeof r->path, "%s", event->text);
      return 0;
  }
  return 0;
}

static double energy_of(const mace_model *model) {
  mace_calculator *calculator = NULL;
  double energy = NAN;
  mace_outputs outputs = MACE_OUTPUTS_INIT;
  outputs.energy = &energy;
  CHECK(mace_calculator_create(model, NULL, 1, &calculator) == MACE_OK);
  CHECK(mace_evaluate(calculator, 3, numbers, &positions[0][0][0], &cell[0][0], NULL, &outputs) == MACE_OK);
  mace_calculator_free(calculator);
  return energy;
}

static double trained_energy(mace_trainer *trainer, mace_trained which) {
  mace_model *model = NULL;
  CHECK(mace_trainer_model(trainer, which, MACE_PRECISION_FLOAT64, &model) == MACE_OK);
  const double energy = energy_of(model);
  mace_model_free(model);
  return energy;
}

static void test_arguments(const mace_model *model) {
  mace_trainer *trainer = (mace_trainer *)&passed;
  mace_labels labels = MACE_LABELS_INIT;
  mace_errors errors = MACE_ERRORS_INIT;
  mace_model *out = (mace_model *)&passed;
  CHECK(mace_trainer_create(NULL, 1, &trainer) == MACE_ERROR_ARGUMENT && trainer == NULL);
  CHECK(mace_trainer_create(model, 1, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_create(model, 0, &trainer) == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_create(model, 1025, &trainer) == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_set(NULL, "lr", "1") == MACE_ERROR_ARGUMENT);
  CHECK(add(NULL, MACE_FRAME_TRAINING, 0) == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_start(NULL, NULL, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_run_epoch(NULL, NULL, NULL, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_evaluate(NULL, MACE_FRAME_TRAINING, NULL, &errors) == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_model(NULL, MACE_TRAINED_NOW, MACE_PRECISION_FLOAT64, &out) == MACE_ERROR_ARGUMENT);
  CHECK(out == NULL);
  mace_trainer_free(NULL);

  CHECK(mace_trainer_create(model, 1, &trainer) == MACE_OK);
  CHECK(mace_trainer_set(trainer, NULL, "1") == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_set(trainer, "lr", NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_set(trainer, "forces_wieght", "1") == MACE_ERROR_ARGUMENT);
  CHECK(strstr(mace_last_error(), "forces_weight") != NULL);
  CHECK(mace_trainer_set(trainer, "lr", "fast") == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_set(trainer, "train_file", "x.xyz") == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_set(trainer, "", "") == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_start(trainer, NULL, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(strstr(mace_last_error(), "no frames") != NULL);
  CHECK(mace_trainer_add_frame(trainer, MACE_FRAME_TRAINING, 3, numbers, &positions[0][0][0], NULL, NULL, NULL)
        == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_add_frame(
            trainer, MACE_FRAME_TRAINING, 3, numbers, &positions[0][0][0], NULL, NULL, &labels)
        == MACE_ERROR_ARGUMENT);
  CHECK(strstr(mace_last_error(), "no label") != NULL);
  labels.energy = energies;
  CHECK(mace_trainer_add_frame(trainer, MACE_FRAME_TRAINING, 3, NULL, &positions[0][0][0], NULL, NULL, &labels)
        == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_add_frame(trainer, MACE_FRAME_TRAINING, -1, numbers, NULL, NULL, NULL, &labels)
        == MACE_ERROR_ARGUMENT);
  CHECK(add(trainer, (mace_frame_use)9, 0) == MACE_ERROR_ARGUMENT);
  CHECK(add(trainer, MACE_FRAME_ISOLATED_ATOM, 0) == MACE_ERROR_ARGUMENT);
  labels.size = 3;
  CHECK(mace_trainer_add_frame(
            trainer, MACE_FRAME_TRAINING, 3, numbers, &positions[0][0][0], NULL, NULL, &labels)
        == MACE_ERROR_ARGUMENT);
  CHECK(strstr(mace_last_error(), "MACE_LABELS_INIT") != NULL);
  CHECK(mace_trainer_run_epoch(trainer, NULL, NULL, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_model(trainer, MACE_TRAINED_NOW, MACE_PRECISION_FLOAT64, &out) == MACE_ERROR_ARGUMENT);
  mace_trainer_free(trainer);
}

/* Errors at the start leave the trainer as it was. */
static void test_start(const mace_model *model, const char *head) {
  mace_trainer *trainer = make(model, head);
  record r = {0};
  set(trainer, "batch_size", "5");
  CHECK(mace_trainer_start(trainer, NULL, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(strstr(mace_last_error(), "batch_size") != NULL);
  set(trainer, "batch_size", "2");
  set(trainer, "E0s", "{8: -1.5}");
  CHECK(mace_trainer_start(trainer, NULL, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(strstr(mace_last_error(), "E0s") != NULL);
  set(trainer, "E0s", "estimated");
  r.stop_at_log = 1;
  CHECK(mace_trainer_start(trainer, listen, &r) == MACE_CANCELLED);
  r.stop_at_log = 0;
  CHECK(mace_trainer_start(trainer, listen, &r) == MACE_OK);
  CHECK(r.logs > 5);
  CHECK(mace_trainer_start(trainer, NULL, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_set(trainer, "lr", "1") == MACE_ERROR_ARGUMENT);
  CHECK(add(trainer, MACE_FRAME_TRAINING, 0) == MACE_ERROR_ARGUMENT);
  mace_trainer_free(trainer);

  /* An element that the model has not, and a stress without a volume. */
  const int32_t strange = 118;
  const double origin[3] = {0, 0, 0}, stress[9] = {0};
  mace_labels labels = MACE_LABELS_INIT;
  labels.energy = energies;
  trainer = make(model, head);
  CHECK(mace_trainer_add_frame(trainer, MACE_FRAME_TRAINING, 1, &strange, origin, NULL, NULL, &labels)
        == MACE_OK);
  CHECK(mace_trainer_start(trainer, NULL, NULL) != MACE_OK);
  CHECK(strstr(mace_last_error(), "Og") != NULL);
  mace_trainer_free(trainer);
  trainer = make(model, head);
  set(trainer, "loss", "stress");
  labels.stress = stress;
  CHECK(mace_trainer_add_frame(
            trainer, MACE_FRAME_TRAINING, 3, numbers, &positions[0][0][0], NULL, NULL, &labels)
        == MACE_OK);
  CHECK(mace_trainer_start(trainer, NULL, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(strstr(mace_last_error(), "training frame 4") != NULL);
  mace_trainer_free(trainer);

  /* E0s of isolated atoms, as is the default. */
  trainer = NULL;
  CHECK(mace_trainer_create(model, 1, &trainer) == MACE_OK);
  if (head != NULL) set(trainer, "foundation_head", head);
  set(trainer, "batch_size", "1");
  labels.stress = NULL;
  for (int32_t k = 0; k < 2; ++k)
    CHECK(mace_trainer_add_frame(trainer, MACE_FRAME_ISOLATED_ATOM, 1, &numbers[k], origin, NULL, NULL, &labels)
          == MACE_OK);
  for (int f = 0; f < 3; ++f) CHECK(add(trainer, MACE_FRAME_TRAINING, f) == MACE_OK);
  CHECK(mace_trainer_start(trainer, NULL, NULL) == MACE_OK);
  mace_trainer_free(trainer);
}

static void test_training(const mace_model *model, const char *head) {
  mace_trainer *trainer = make(model, head), *again = make(model, head);
  record r = {0}, s = {0};
  int32_t trained = -1;
  mace_errors errors = MACE_ERRORS_INIT;
  CHECK(mace_trainer_start(trainer, NULL, NULL) == MACE_OK);
  CHECK(mace_trainer_start(again, NULL, NULL) == MACE_OK);
  const double before = trained_energy(trainer, MACE_TRAINED_NOW);
  mace_model *best = (mace_model *)&passed;
  CHECK(mace_trainer_model(trainer, MACE_TRAINED_BEST, MACE_PRECISION_FLOAT64, &best) == MACE_ERROR_ARGUMENT);
  CHECK(best == NULL);
  CHECK(mace_trainer_model(trainer, (mace_trained)7, MACE_PRECISION_FLOAT64, &best) == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_model(trainer, MACE_TRAINED_NOW, (mace_precision)7, &best) == MACE_ERROR_ARGUMENT);

  /* Cancelled after a batch and at the very end, the epoch has not been. */
  s.stop_at_step = 2;
  s.trainer = again;
  CHECK(mace_trainer_run_epoch(again, listen, &s, &trained) == MACE_CANCELLED);
  CHECK(trained == -1 && s.steps == 2);
  CHECK(trained_energy(again, MACE_TRAINED_NOW) == before);
  s.stop_at_epoch = 1;
  CHECK(mace_trainer_run_epoch(again, listen, &s, &trained) == MACE_CANCELLED);
  CHECK(trained_energy(again, MACE_TRAINED_NOW) == before);
  CHECK(mace_trainer_model(again, MACE_TRAINED_BEST, MACE_PRECISION_FLOAT64, &best) == MACE_ERROR_ARGUMENT);

  /* The same calls then give the same numbers. */
  memset(&s, 0, sizeof s);
  for (int epoch = 0; epoch < 4; ++epoch) {
    CHECK(mace_trainer_run_epoch(trainer, listen, &r, &trained) == MACE_OK);
    CHECK(trained == (epoch < 3));
    CHECK(mace_trainer_run_epoch(again, listen, &s, NULL) == MACE_OK);
  }
  CHECK(r.steps == 6 && r.validations == 4 && r.epochs == 3 && r.loss_count == 10);
  CHECK(memcmp(r.losses, s.losses, sizeof r.losses) == 0);
  const double after = trained_energy(trainer, MACE_TRAINED_NOW);
  CHECK(after != before && after == trained_energy(again, MACE_TRAINED_NOW));
  CHECK(isfinite(trained_energy(trainer, MACE_TRAINED_BEST)));

  CHECK(mace_trainer_evaluate(trainer, MACE_FRAME_VALIDATION, NULL, &errors) == MACE_OK);
  CHECK(errors.frames == 2 && errors.forces_rmse == r.losses[9]);
  CHECK(errors.energy_rmse > 0 && isnan(errors.stress_rmse) && errors.size == sizeof errors);
  CHECK(mace_trainer_evaluate(trainer, MACE_FRAME_TRAINING, "Default", &errors) == MACE_OK);
  CHECK(errors.frames == 4);
  errors.size = offsetof(mace_errors, forces_rmse); /* an older header */
  errors.forces_rmse = -1;
  CHECK(mace_trainer_evaluate(trainer, MACE_FRAME_TRAINING, NULL, &errors) == MACE_OK);
  CHECK(errors.forces_rmse == -1 && errors.size == offsetof(mace_errors, forces_rmse));
  errors.size = sizeof errors;
  CHECK(mace_trainer_evaluate(trainer, MACE_FRAME_TRAINING, "other", &errors) == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_evaluate(trainer, MACE_FRAME_ISOLATED_ATOM, NULL, &errors) == MACE_ERROR_ARGUMENT);
  CHECK(mace_trainer_evaluate(trainer, MACE_FRAME_TRAINING, NULL, NULL) == MACE_ERROR_ARGUMENT);
  mace_trainer_free(again);

  /* Saved and read again. */
  mace_model *copy = NULL;
  CHECK(mace_trainer_model(trainer, MACE_TRAINED_NOW, MACE_PRECISION_FLOAT64, &best) == MACE_OK);
  mace_trainer_free(trainer);
  CHECK(mace_model_save(best, "trained.safetensors") == MACE_OK);
  CHECK(mace_model_load("trained.safetensors", MACE_PRECISION_FLOAT64, &copy) == MACE_OK);
  CHECK(energy_of(copy) == after && energy_of(best) == after);
  mace_model_free(copy);
  mace_model_free(best);
}

static void write_frames(const char *path, int first, int end) {
  FILE *file = fopen(path, "w");
  if (file == NULL) abort();
  for (int f = first; f < end; ++f) {
    fprintf(file, "3\nLattice=\"");
    for (int k = 0; k < 9; ++k) fprintf(file, "%s%.17g", k ? " " : "", (&cell[0][0])[k]);
    fprintf(file, "\" pbc=\"T T T\" REF_energy=%.17g Properties=species:S:1:pos:R:3:REF_forces:R:3\n",
            energies[f]);
    for (int i = 0; i < 3; ++i) {
      fprintf(file, "%s", numbers[i] == 8 ? "O" : "H");
      for (int a = 0; a < 3; ++a) fprintf(file, " %.17g", positions[f][i][a]);
      for (int a = 0; a < 3; ++a) fprintf(file, " %.17g", forces[f][i][a]);
      fprintf(file, "\n");
    }
  }
  fclose(file);
}

/* The same frames from files, by the options of the command: the model is the same as the trainer's. */
static void test_fine_tune(const char *path, const mace_model *model, const char *head) {
  const char *arguments[16] = {
      "--name=c", "--train_file=train.xyz", "--valid_file=valid.xyz", "--E0s=foundation", "--batch_size=2",
      "--lr=0.001", "--ema", "--ema_decay=0.9", "--max_num_epochs=3", "--plot=False", "--foundation_model",
      path, "--multiheads_finetuning=False", "--work_dir=run"};
  char foundation_head[128];
  int32_t count = 14;
  if (head != NULL) {
    snprintf(foundation_head, sizeof foundation_head, "--foundation_head=%s", head);
    arguments[count++] = foundation_head;
  }
  write_frames("train.xyz", 0, 4);
  write_frames("valid.xyz", 4, FRAMES);
  record r = {0}, s = {0};
  CHECK(mace_fine_tune(count, arguments, 1, listen, &r) == MACE_OK);
  CHECK(r.logs > 10 && r.steps == 6 && r.validations == 4 && r.epochs == 3 && r.models == 1);
  mace_trainer *trainer = make(model, head);
  CHECK(mace_trainer_start(trainer, NULL, NULL) == MACE_OK);
  for (int epoch = 0; epoch < 3; ++epoch)
    CHECK(mace_trainer_run_epoch(trainer, listen, &s, NULL) == MACE_OK);
  CHECK(memcmp(r.losses, s.losses, sizeof r.losses) == 0);
  mace_model *written = NULL;
  CHECK(mace_model_load(r.path, MACE_PRECISION_FLOAT64, &written) == MACE_OK);
  CHECK(energy_of(written) == trained_energy(trainer, MACE_TRAINED_BEST));
  mace_model_free(written);
  mace_trainer_free(trainer);

  /* Cancelled, and gone on with. */
  memset(&s, 0, sizeof s);
  arguments[0] = "--name=d";
  s.stop_at_step = 3;
  CHECK(mace_fine_tune(count, arguments, 1, listen, &s) == MACE_CANCELLED);
  memset(&s, 0, sizeof s);
  arguments[count++] = "--restart_latest";
  CHECK(mace_fine_tune(count, arguments, 1, listen, &s) == MACE_OK);
  CHECK(s.steps == 4 && s.loss_count == 6);
  CHECK(memcmp(&r.losses[4], s.losses, 6 * sizeof(double)) == 0);

  const char *unknown[2] = {"--name=e", "--learning_rote=1"}, *yaml[1] = {"--config=x.yaml"};
  const char *null[1] = {NULL};
  CHECK(mace_fine_tune(2, unknown, 1, NULL, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_fine_tune(1, yaml, 1, NULL, NULL) == MACE_ERROR_UNSUPPORTED);
  CHECK(mace_fine_tune(1, null, 1, NULL, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_fine_tune(1, NULL, 1, NULL, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_fine_tune(-1, unknown, 1, NULL, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_fine_tune(0, NULL, 1, NULL, NULL) == MACE_ERROR_ARGUMENT);
  CHECK(mace_fine_tune(2, unknown, 0, NULL, NULL) == MACE_ERROR_ARGUMENT);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  const char *head = argc > 2 ? argv[2] : NULL;
  mace_model *model = NULL;
  make_frames();
  CHECK(mace_model_load(argv[1], MACE_PRECISION_FLOAT64, &model) == MACE_OK);
  if (failed > 0) return 1;
  test_arguments(model);
  test_start(model, head);
  test_training(model, head);
  test_fine_tune(argv[1], model, head);
  mace_model_free(model);
  printf("%d passed, %d failed\n", passed, failed);
  return failed > 0;
}
