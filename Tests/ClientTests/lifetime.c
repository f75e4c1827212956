/*
 * libmace as a host's plugin: loaded, unloaded and loaded again, beside a second copy of itself, in many
 * threads, and in the child of a fork. Usage: lifetime LIBRARY COPY MODEL [HEAD]
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <mace.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *model_path, *head;

#define FAIL(...) (fprintf(stderr, __VA_ARGS__), fputc('\n', stderr), exit(1))

typedef struct library {
  void *handle;
  __typeof__(&mace_model_load) load;
  __typeof__(&mace_model_free) free_model;
  __typeof__(&mace_calculator_create) create;
  __typeof__(&mace_calculator_free) free_calculator;
  __typeof__(&mace_evaluate) evaluate;
  __typeof__(&mace_last_error) last_error;
} library;

static library open_library(const char *path, int flags) {
  library l = {dlopen(path, RTLD_NOW | flags), 0, 0, 0, 0, 0, 0};
  if (l.handle == NULL) FAIL("dlopen %s: %s", path, dlerror());
  *(void **)&l.load = dlsym(l.handle, "mace_model_load");
  *(void **)&l.free_model = dlsym(l.handle, "mace_model_free");
  *(void **)&l.create = dlsym(l.handle, "mace_calculator_create");
  *(void **)&l.free_calculator = dlsym(l.handle, "mace_calculator_free");
  *(void **)&l.evaluate = dlsym(l.handle, "mace_evaluate");
  *(void **)&l.last_error = dlsym(l.handle, "mace_last_error");
  return l;
}

static mace_model *load(const library *l) {
  mace_model *model = NULL;
  if (l->load(model_path, MACE_PRECISION_FLOAT64, &model) != MACE_OK) FAIL("load: %s", l->last_error());
  return model;
}

static mace_calculator *create(const library *l, const mace_model *model, int threads) {
  mace_calculator *calculator = NULL;
  if (l->create(model, head, threads, &calculator) != MACE_OK) FAIL("create: %s", l->last_error());
  return calculator;
}

static double evaluate(const library *l, mace_calculator *calculator) {
  static const int32_t numbers[3] = {8, 1, 1};
  static const double positions[9] = {0.00, 0.00, 0.12, 0.00, 0.76, -0.48, 0.00, -0.76, -0.48};
  static const double cell[9] = {4.5, 0.0, 0.0, 0.3, 4.6, 0.0, -0.2, 0.4, 4.8};
  double energy = NAN, forces[9];
  mace_outputs outputs = MACE_OUTPUTS_INIT;
  outputs.energy = &energy;
  outputs.forces = forces;
  if (l->evaluate(calculator, 3, numbers, positions, cell, NULL, &outputs) != MACE_OK)
    FAIL("evaluate: %s", l->last_error());
  return energy;
}

/* Load, evaluate, release everything. */
static double whole_life(const library *l, int threads) {
  mace_model *model = load(l);
  mace_calculator *calculator = create(l, model, threads);
  const double energy = evaluate(l, calculator);
  l->free_model(model);
  l->free_calculator(calculator);
  return energy;
}

static void expect(double energy, double expected, const char *where) {
  if (!(fabs(energy - expected) < 1e-9)) FAIL("%s: %.12f instead of %.12f", where, energy, expected);
  printf("%s: same energy\n", where);
}

struct job {
  const library *library;
  const mace_model *model;
  double expected;
  int is_good;
};

static void *work(void *argument) {
  struct job *job = argument;
  job->is_good = 1;
  for (int repeat = 0; repeat < 20; ++repeat) {
    mace_calculator *calculator = create(job->library, job->model, 1 + repeat % 2);
    job->is_good &= fabs(evaluate(job->library, calculator) - job->expected) < 1e-9;
    job->library->free_calculator(calculator);
  }
  return NULL;
}

static void many_threads(const library *l, double expected) {
  enum { COUNT = 8 };
  pthread_t threads[COUNT];
  struct job jobs[COUNT];
  mace_model *model = load(l);
  for (int t = 0; t < COUNT; ++t) {
    jobs[t] = (struct job){l, model, expected, 0};
    if (pthread_create(&threads[t], NULL, work, &jobs[t]) != 0) FAIL("pthread_create");
  }
  for (int t = 0; t < COUNT; ++t) {
    pthread_join(threads[t], NULL);
    if (!jobs[t].is_good) FAIL("thread %d: another energy", t);
  }
  l->free_model(model);
  printf("%d threads: same energy\n", COUNT);
}

static void forked(const library *l, double expected) {
  mace_model *model = load(l);
  mace_calculator *calculator = create(l, model, 2);
  expect(evaluate(l, calculator), expected, "before fork, 2 threads");
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    alarm(60); /* a hang is a failure, too */
    expect(evaluate(l, calculator), expected, "child, calculator made before fork, 2 threads");
    expect(whole_life(l, 2), expected, "child, model loaded after fork, 2 threads");
    fflush(stdout);
    _exit(0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) FAIL("fork");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) FAIL("the child ended with status %#x", status);
  expect(evaluate(l, calculator), expected, "parent after fork");
  l->free_calculator(calculator);
  l->free_model(model);
}

int main(int argc, char **argv) {
  if (argc < 4) FAIL("usage: %s LIBRARY COPY MODEL [HEAD]", argv[0]);
  model_path = argv[3];
  head = argc > 4 ? argv[4] : NULL;
  library first = open_library(argv[1], RTLD_LOCAL);
  const double expected = whole_life(&first, 2);
  for (int repeat = 0; repeat < 3; ++repeat) {
    if (dlclose(first.handle) != 0) FAIL("dlclose: %s", dlerror());
    first = open_library(argv[1], repeat == 1 ? RTLD_GLOBAL : RTLD_LOCAL);
    expect(whole_life(&first, 2), expected, "after dlclose and dlopen");
  }
  library second = open_library(argv[2], RTLD_GLOBAL);
  if (second.evaluate == first.evaluate) FAIL("the copy is the same library");
  expect(whole_life(&second, 2), expected, "second copy");
  expect(whole_life(&first, 2), expected, "first copy again");
  many_threads(&first, expected);
  many_threads(&second, expected);
  forked(&first, expected);
  dlclose(second.handle);
  dlclose(first.handle);
  return 0;
}
