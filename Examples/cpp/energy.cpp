// Energy, forces and stress from C++: handles that release themselves, and threads that share one model.
//
//   cmake -B build -DCMAKE_PREFIX_PATH=PREFIX && cmake --build build
//   build/energy MODEL [HEAD]
//
// Prints the same lines as energy.c, then one line per thread.
#include <mace.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

void check(mace_status status) {
  if (status == MACE_OK) return;
  throw std::runtime_error(std::string(mace_status_name(status)) + ": " + mace_last_error());
}

struct Free {
  void operator()(mace_model *model) const { mace_model_free(model); }
  void operator()(mace_calculator *calculator) const { mace_calculator_free(calculator); }
};
using Model = std::unique_ptr<mace_model, Free>;
using Calculator = std::unique_ptr<mace_calculator, Free>;
using Vector = std::array<double, 3>;

Model load(const char *path) {
  mace_model *model = nullptr;
  check(mace_model_load(path, MACE_PRECISION_FLOAT64, &model));
  return Model(model);
}

Calculator calculator(const Model &model, const char *head) {
  mace_calculator *calculator = nullptr;
  check(mace_calculator_create(model.get(), head, 1, &calculator));
  return Calculator(calculator);
}

struct Frame {
  std::vector<int32_t> numbers;
  std::vector<Vector> positions;
  std::vector<Vector> cell;  // three vectors, or none
};

struct Result {
  double energy = 0;
  std::vector<Vector> forces;
  std::array<Vector, 3> stress{};
};

Result evaluate(const Calculator &calculator, const Frame &frame) {
  Result result;
  result.forces.resize(frame.numbers.size());
  mace_outputs outputs = MACE_OUTPUTS_INIT;
  outputs.energy = &result.energy;
  outputs.forces = result.forces.data()->data();
  if (!frame.cell.empty()) outputs.stress = result.stress.data()->data();
  const double *cell = frame.cell.empty() ? nullptr : frame.cell.data()->data();
  check(mace_evaluate(
      calculator.get(), static_cast<int64_t>(frame.numbers.size()), frame.numbers.data(),
      frame.positions.data()->data(), cell, nullptr, &outputs));
  return result;
}

void print(const char *name, const Result &result) {
  std::printf("%s energy %.12f\n", name, result.energy);
  for (std::size_t i = 0; i < result.forces.size(); ++i) {
    const Vector &f = result.forces[i];
    std::printf("%s force %zu %.12f %.12f %.12f\n", name, i, f[0], f[1], f[2]);
  }
}

void run(const char *path, const char *head) {
  const Model model = load(path);
  const Calculator mine = calculator(model, head);
  std::printf("cutoff %.12f\n", mace_model_cutoff(model.get()));

  const Frame water{{8, 1, 1}, {{0.00, 0.00, 0.12}, {0.00, 0.76, -0.48}, {0.00, -0.76, -0.48}}, {}};
  print("water", evaluate(mine, water));

  const Frame box{
      {8, 1, 1, 8, 1, 1},
      {{0.00, 0.00, 0.12}, {0.00, 0.76, -0.48}, {0.00, -0.76, -0.48},
       {2.10, 2.30, 2.50}, {2.90, 2.70, 2.90}, {1.50, 2.80, 3.10}},
      {{4.5, 0.0, 0.0}, {0.3, 4.6, 0.0}, {-0.2, 0.4, 4.8}}};
  const Result result = evaluate(mine, box);
  print("box", result);
  for (int row = 0; row < 3; ++row) {
    const Vector &s = result.stress[row];
    std::printf("box stress %d %.12f %.12f %.12f\n", row, s[0], s[1], s[2]);
  }

  const double step = 1e-4;
  Frame above = box, below = box;
  above.positions[1][1] += step;
  below.positions[1][1] -= step;
  std::printf("difference %.6f %.6f\n", result.forces[1][1],
              -(evaluate(mine, above).energy - evaluate(mine, below).energy) / (2 * step));

  // One model, one calculator per thread: each must find what the main thread found.
  std::vector<std::thread> threads;
  std::vector<double> errors(4, INFINITY);
  for (std::size_t t = 0; t < errors.size(); ++t)
    threads.emplace_back([&, t] {
      try {
        const Calculator own = calculator(model, head);
        double error = 0;
        for (int repeat = 0; repeat < 25; ++repeat)
          error = std::fmax(error, std::fabs(evaluate(own, box).energy - result.energy));
        errors[t] = error;
      } catch (const std::exception &failure) {
        std::fprintf(stderr, "thread %zu: %s\n", t, failure.what());
      }
    });
  for (std::thread &thread : threads) thread.join();
  for (std::size_t t = 0; t < errors.size(); ++t) std::printf("thread %zu error %.3e\n", t, errors[t]);
}

}  // namespace

int main(int argc, char **argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s MODEL [HEAD]\n", argv[0]);
    return 2;
  }
  try {
    run(argv[1], argc > 2 ? argv[2] : nullptr);
  } catch (const std::exception &failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
