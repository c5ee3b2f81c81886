// Electron-nucleus cross sections from a model archive: cpp_xsec MODEL.pt E THETA OMEGA...
// Energies in GeV, the angle in degrees; prints omega, mean and standard deviation in nb/sr/GeV.
#include <torch/script.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fputs("usage: cpp_xsec MODEL.pt E THETA OMEGA...\n", stderr);
    return 2;
  }
  try {
    torch::jit::script::Module model = torch::jit::load(argv[1]);
    torch::NoGradGuard no_gradient;
    std::vector<double> points;
    for (int k = 4; k < argc; ++k)
      points.insert(points.end(), {std::atof(argv[2]), std::atof(argv[3]), std::atof(argv[k])});
    const auto n = static_cast<int64_t>(points.size() / 3);
    const at::Tensor input = torch::from_blob(points.data(), {n, 3}, torch::kFloat64);
    // forward has mean and standard deviation [n, 2], members every network [members, n]
    const at::Tensor result = model.forward({input}).toTensor();
    const at::Tensor members = model.run_method("members", input).toTensor();
    std::printf("# %lld networks\n", static_cast<long long>(members.size(0)));
    for (int64_t k = 0; k < n; ++k)
      std::printf("%g %.9g %.9g\n", points[3 * k + 2], result[k][0].item<double>(),
                  result[k][1].item<double>());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cpp_xsec: %s\n", error.what());
    return 2;
  }
  return 0;
}
