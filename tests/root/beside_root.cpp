// A program with ROOT objects of its own beside nugan's writers. Prints what went wrong.
//
// Usage: beside_root FLUX.root

#include <TDirectory.h>
#include <TFile.h>
#include <TH1D.h>

#include <cstdio>
#include <nugan/nugan.hpp>
#include <nugan/root/EventWriter.hpp>
#include <nugan/root/read_flux.hpp>
#include <string>

namespace {

int failures = 0;

void expect(bool good, const std::string& what) {
  if (good) return;
  std::printf("%s\n", what.c_str());
  ++failures;
}

template <class Call>
void expect_error(const Call& call, const std::string& part) {
  try {
    call();
    expect(false, "no error: " + part);
  } catch (const nugan::Error& error) {
    expect(std::string(error.what()).find(part) != std::string::npos, error.what());
  }
}

}  // namespace

int main(int, char** argv) {
  TFile mine("mine.root", "RECREATE");
  const nugan::Flux flux = nugan::root::read_flux(argv[1], "/GeV");
  expect(gDirectory == &mine, "the current directory after read_flux");
  nugan::Source source({{nugan::Sampler("numu_C12_inc"), 1.0}}, {.low = 0.3, .high = 10, .flux = flux}, 7);
  for (const auto& format : nugan::root::formats()) {
    const std::string name = format + ".root";
    auto writer = nugan::root::create(name, nugan::root::run_of(source), {.format = format});
    expect(gDirectory == &mine, "the current directory after create " + format);
    auto* histogram = new TH1D(format.c_str(), "", 10, 0, 10);
    writer->write(source.draw(0, 100));
    writer->close();
    expect(gDirectory == &mine, "the current directory after close " + format);
    histogram->Fill(1);  // it lives in mine
    expect_error([&] { writer->write(source.draw(0, 10)); }, "is closed");
    expect_error([&] { writer->close(); }, "is closed");
    writer.reset();
    auto left = nugan::root::create("left.root", nugan::root::run_of(source), {.format = format});
    left->write(source.draw(0, 10));
  }
  mine.Write();
  mine.Close();
  std::printf("%d failures\n", failures);
}
