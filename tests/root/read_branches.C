// Reads a tree as analyses and detector simulations do: every branch bound by address to an array of the type
// that the caller expects. Prints, for each branch, how many numbers it has and two sums of them as JSON. It
// shares no code with the writers.

#include <TBits.h>
#include <TFile.h>
#include <TObjString.h>
#include <TTree.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace branches {

constexpr int kMost = 4000;  // numbers of an entry

struct Branch {
  std::string name, counter;
  int width = 1;  // numbers for each count
  double n = 0, sum = 0, tied = 0;

  virtual ~Branch() = default;
  virtual int bind(TTree* tree) = 0;
  virtual double at(int k) const = 0;

  void add(long entry, int numbers) {
    n += numbers;
    for (int k = 0; k < numbers; ++k) {
      sum += at(k);
      tied += (1 + entry % 97) * (1 + k % 31) * at(k);  // a number in another place is another sum
    }
  }
};

template <class T>
struct Numbers : Branch {
  T values[kMost];
  int bind(TTree* tree) override { return tree->SetBranchAddress(name.c_str(), values); }
  double at(int k) const override { return values[k]; }
};

std::unique_ptr<Branch> make(char letter) {
  switch (letter) {
    case 'I':
      return std::make_unique<Numbers<int>>();
    case 'i':
      return std::make_unique<Numbers<unsigned>>();
    case 'F':
      return std::make_unique<Numbers<float>>();
    case 'D':
      return std::make_unique<Numbers<double>>();
    case 'B':
      return std::make_unique<Numbers<char>>();
    case 'O':
      return std::make_unique<Numbers<bool>>();
    default:
      std::fprintf(stderr, "no type %c\n", letter);
      std::exit(1);
  }
}

// name[counter][width]/letter
std::unique_ptr<Branch> parse(const std::string& leaf) {
  auto slash = leaf.find('/'), bracket = leaf.find('[');
  auto branch = make(leaf.at(slash + 1));
  branch->name = leaf.substr(0, bracket < slash ? bracket : slash);
  while (bracket < slash) {
    auto end = leaf.find(']', bracket);
    std::string inside = leaf.substr(bracket + 1, end - bracket - 1);
    if (std::isdigit(inside[0]))
      branch->width *= std::stoi(inside);
    else
      branch->counter = inside;
    bracket = leaf.find('[', end);
  }
  return branch;
}

}  // namespace branches

void read_branches(const char* path, const char* name, const char* leaves) {
  using namespace branches;
  TFile* file = TFile::Open(path);
  auto* tree = dynamic_cast<TTree*>(file->Get(name));
  std::vector<std::unique_ptr<Branch>> bound;
  std::map<std::string, const Branch*> by_name;
  std::istringstream words(leaves);
  int refused = 0;
  for (std::string leaf; words >> leaf;) {
    bound.push_back(parse(leaf));
    by_name[bound.back()->name] = bound.back().get();
    if (bound.back()->bind(tree) != 0) {
      ++refused;
      std::fprintf(stderr, "cannot bind %s\n", leaf.c_str());
    }
  }
  int objects = 0;
  TBits* flags = nullptr;
  TObjString* code = nullptr;
  if (tree->GetBranch("EvtFlags")) objects += tree->SetBranchAddress("EvtFlags", &flags) == 0;
  if (tree->GetBranch("EvtCode")) objects += tree->SetBranchAddress("EvtCode", &code) == 0;
  std::map<std::string, long> codes;
  const long entries = tree->GetEntries(), stride = entries % 17 ? 17 : 19;
  long failures = 0;
  for (long i = 0, entry = 0; i < entries; ++i, entry = (entry + stride) % entries) {
    if (tree->GetEntry(entry) <= 0) ++failures;
    for (auto& branch : bound) {
      const int count = branch->counter.empty() ? 1 : static_cast<int>(by_name.at(branch->counter)->at(0));
      if (count < 0 || count * branch->width > kMost) {
        ++failures;
        continue;
      }
      branch->add(entry, count * branch->width);
    }
    if (code) ++codes[code->GetString().Data()];
  }
  std::printf("ANSWER{\"refused\": %d, \"failures\": %ld, \"entries\": %ld, \"bound\": %d, \"branches\": %d,",
              refused, failures, entries, static_cast<int>(bound.size()) + objects,
              tree->GetListOfBranches()->GetEntries());
  std::printf(" \"recovered\": %d, \"codes\": {", file->TestBit(TFile::kRecovered));
  for (auto& [text, n] : codes)
    std::printf("%s\"%s\": %ld", text == codes.begin()->first ? "" : ", ", text.c_str(), n);
  std::printf("}, \"values\": {");
  for (auto& branch : bound)
    std::printf("%s\"%s\": [%.17g, %.17g, %.17g]", branch == bound.front() ? "" : ", ", branch->name.c_str(),
                branch->n, branch->sum, branch->tied);
  std::printf("}}\n");
  tree->ResetBranchAddresses();
  file->Close();
}
