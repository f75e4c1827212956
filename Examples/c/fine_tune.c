/*
 * Fine-tuning while a simulation runs: one thread trains a model on new frames, another moves atoms with the
 * best model there is, and takes each new one between two steps.
 *
 *   cc -std=c99 fine_tune.c $(pkg-config --cflags --libs mace) -lm -lpthread -o fine_tune
 *   ./fine_tune MODEL [HEAD]
 */
#include <mace.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { ATOMS = 6, FRAMES = 24, VALIDATION = 4, EPOCHS = 15, LAST_STEPS = 50 };

static const int32_t numbers[ATOMS] = {8, 1, 1, 8, 1, 1};
static const double start[ATOMS][3] = {{0.00, 0.00, 0.12}, {0.00, 0.76, -0.48}, {0.00, -0.76, -0.48},
                                       {2.10, 2.30, 2.50}, {2.90, 2.70, 2.90},  {1.50, 2.80, 3.10}};
static const double cell[3][3] = {{4.5, 0.0, 0.0}, {0.3, 4.6, 0.0}, {-0.2, 0.4, 4.8}};

static void check(mace_status status) {
  if (status == MACE_OK) return;
  fprintf(stderr, "%s: %s\n", mace_status_name(status), mace_last_error());
  exit(1);
}

/* What the two threads share: the newest model, which the simulation takes away. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static mace_model *newest;
static int training_is_over;

static void publish(mace_model *model, int is_last) {
  pthread_mutex_lock(&lock);
  mace_model_free(newest);
  newest = model;
  training_is_over = is_last;
  pthread_mutex_unlock(&lock);
}

static void evaluate(mace_calculator *calculator, double x[][3], double *energy, double forces[][3]) {
  mace_outputs outputs = MACE_OUTPUTS_INIT;
  outputs.energy = energy;
  outputs.forces = &forces[0][0];
  check(mace_evaluate(calculator, ATOMS, numbers, &x[0][0], &cell[0][0], NULL, &outputs));
}

/* Stands for the reference method, such as DFT: here the model itself with stiffer O-H bonds, 1.5 eV/Å². */
static void reference(mace_calculator *calculator, double x[][3], double *energy, double forces[][3]) {
  static const int bonds[4][2] = {{0, 1}, {0, 2}, {3, 4}, {3, 5}};
  evaluate(calculator, x, energy, forces);
  for (int b = 0; b < 4; ++b) {
    const int o = bonds[b][0], h = bonds[b][1];
    double d[3], r = 0;
    for (int a = 0; a < 3; ++a) {
      d[a] = x[h][a] - x[o][a];
      r += d[a] * d[a];
    }
    r = sqrt(r);
    *energy += 0.5 * 1.5 * (r - 0.97) * (r - 0.97);
    for (int a = 0; a < 3; ++a) {
      const double f = -1.5 * (r - 0.97) * d[a] / r;
      forces[h][a] += f;
      forces[o][a] -= f;
    }
  }
}

/* A number between -1 and 1, the same on every machine. */
static double noise(void) {
  static uint32_t state = 1;
  state = state * 1664525u + 1013904223u;
  return (double)(state >> 8) / (1 << 23) - 1;
}

/* Prints the validation errors of an epoch; a host may answer other than 0 to stop. */
static int32_t progress(void *context, const mace_training_event *event) {
  (void)context;
  if (event->kind == MACE_TRAINING_LOG) printf("%s\n", event->text);
  if (event->kind == MACE_TRAINING_VALIDATION)
    printf("epoch %d: energy %.2f meV/atom, forces %.1f meV/Å\n", (int)event->epoch,
           1e3 * event->errors->energy_rmse, 1e3 * event->errors->forces_rmse);
  return 0;
}

/* The thread that trains; it has the trainer to itself. */
static void *train(void *argument) {
  mace_trainer *trainer = argument;
  mace_errors before = MACE_ERRORS_INIT, after = MACE_ERRORS_INIT;
  check(mace_trainer_evaluate(trainer, MACE_FRAME_VALIDATION, NULL, &before));
  for (int epoch = 0; epoch < EPOCHS; ++epoch) {
    mace_model *model;
    check(mace_trainer_run_epoch(trainer, progress, NULL, NULL));
    check(mace_trainer_model(trainer, MACE_TRAINED_BEST, MACE_PRECISION_FLOAT64, &model));
    if (epoch == EPOCHS - 1) check(mace_model_save(model, "fine_tuned.safetensors"));
    publish(model, epoch == EPOCHS - 1);
  }
  check(mace_trainer_evaluate(trainer, MACE_FRAME_VALIDATION, NULL, &after));
  printf("force error %.1f meV/Å before, %.1f meV/Å after\n", 1e3 * before.forces_rmse,
         1e3 * after.forces_rmse);
  mace_trainer_free(trainer);
  if (after.forces_rmse < 0.8 * before.forces_rmse) return NULL;
  fprintf(stderr, "fine-tuning did not help\n");
  exit(1);
}

/* Velocity Verlet, 0.25 fs, until training is over and LAST_STEPS steps were made with its last model. */
static void simulate(mace_calculator *calculator) {
  const double step = 0.25, unit = 9.648533212e-3; /* fs; 1 eV/(Å u) in Å/fs² */
  double x[ATOMS][3], v[ATOMS][3] = {{0}}, forces[ATOMS][3], energy;
  int models = 1, left = LAST_STEPS;
  long steps = 0;
  for (int i = 0; i < 3 * ATOMS; ++i) (&x[0][0])[i] = (&start[0][0])[i];
  evaluate(calculator, x, &energy, forces);
  while (left > 0) {
    pthread_mutex_lock(&lock);
    mace_model *model = newest;
    newest = NULL;
    const int is_over = training_is_over;
    pthread_mutex_unlock(&lock);
    if (model != NULL) {
      /* positions and velocities stay: the energy jumps by the difference of the models */
      const double old = energy;
      mace_calculator_free(calculator);
      check(mace_calculator_create(model, NULL, 1, &calculator));
      mace_model_free(model);
      evaluate(calculator, x, &energy, forces);
      printf("step %ld: model %d, energy %+.4f eV\n", steps, ++models, energy - old);
    }
    for (int i = 0; i < ATOMS; ++i)
      for (int a = 0; a < 3; ++a) {
        v[i][a] += 0.5 * step * unit * forces[i][a] / (numbers[i] == 1 ? 1.008 : 15.999);
        x[i][a] += step * v[i][a];
      }
    evaluate(calculator, x, &energy, forces);
    for (int i = 0; i < ATOMS; ++i)
      for (int a = 0; a < 3; ++a)
        v[i][a] += 0.5 * step * unit * forces[i][a] / (numbers[i] == 1 ? 1.008 : 15.999);
    ++steps;
    if (is_over) --left;
  }
  mace_calculator_free(calculator);
  printf("%ld steps with %d models, energy %.6f eV\n", steps, models, energy);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s MODEL [HEAD]\n", argv[0]);
    return 2;
  }
  const char *head = argc > 2 ? argv[2] : NULL;
  mace_model *model = NULL;
  mace_calculator *calculator = NULL;
  mace_trainer *trainer = NULL;
  check(mace_model_load(argv[1], MACE_PRECISION_FLOAT64, &model));
  check(mace_calculator_create(model, head, 1, &calculator));
  check(mace_trainer_create(model, 1, &trainer));
  mace_model_free(model);

  /* The reference adds nothing to free atoms: the E0s stay. */
  check(mace_trainer_set(trainer, "E0s", "foundation"));
  if (head != NULL) check(mace_trainer_set(trainer, "foundation_head", head));
  check(mace_trainer_set(trainer, "lr", "0.0002"));
  check(mace_trainer_set(trainer, "batch_size", "4"));
  check(mace_trainer_set(trainer, "forces_weight", "10"));
  for (int frame = 0; frame < FRAMES; ++frame) {
    double x[ATOMS][3], forces[ATOMS][3], energy;
    for (int i = 0; i < 3 * ATOMS; ++i) (&x[0][0])[i] = (&start[0][0])[i] + 0.08 * noise();
    reference(calculator, x, &energy, forces);
    mace_labels labels = MACE_LABELS_INIT;
    labels.energy = &energy;
    labels.forces = &forces[0][0];
    check(mace_trainer_add_frame(
        trainer, frame < VALIDATION ? MACE_FRAME_VALIDATION : MACE_FRAME_TRAINING, ATOMS, numbers, &x[0][0],
        &cell[0][0], NULL, &labels));
  }
  check(mace_trainer_start(trainer, progress, NULL));

  pthread_t trains;
  if (pthread_create(&trains, NULL, train, trainer) != 0) return 1;
  simulate(calculator);
  pthread_join(trains, NULL);
  return 0;
}
