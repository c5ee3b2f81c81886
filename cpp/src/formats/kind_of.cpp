#include <algorithm>
#include <nugan/EventTree.hpp>
#include <nugan/cross_section_at.hpp>
#include <tuple>

namespace nugan {

namespace {

// A file's description, and what it says of the model that the events of a pair come from
struct Said {
  const Value* description;
  const Value* run;    // what "run" has, of a beam of several flavours the one's own
  const Value* model;  // null: nothing

  const Value* of_model(const char* name) const { return model ? model->find(name) : nullptr; }
};

std::optional<double> number_in(const Value* value) {
  return value ? value->number() : std::nullopt;
}

std::optional<std::string> text_in(const Value* value) {
  const auto* text = value ? value->get<std::string>() : nullptr;
  return text ? std::optional(*text) : std::nullopt;
}

const Value* model_in(const Value& description, int probe, int target) {
  const auto fits = [&](const Value& model) {
    const auto nucleus = number_in(model.find("target")), neutrino = number_in(model.find("probe"));
    return (!nucleus || *nucleus == target) && (!neutrino || *neutrino == probe);
  };
  const auto* models = description.find("models");
  const auto* list = models ? models->get<Value::List>() : nullptr;
  if (list && !list->empty()) {
    const auto found = std::ranges::find_if(*list, fits);
    return found == list->end() ? nullptr : &*found;
  }
  const auto* model = description.find("model");
  return model && fits(*model) ? model : nullptr;
}

std::vector<Said> find(const std::vector<Value>& descriptions, int probe, int target) {
  std::vector<Said> found;
  const auto take = [&](const Value& description, const Value* run) {
    if (run && number_in(run->find("probe")) == probe && run->find("targets", std::to_string(target)))
      found.push_back({&description, run, model_in(description, probe, target)});
  };
  for (const auto& one : descriptions) {
    const auto* flavours = one.find("flavours");
    if (const auto* list = flavours ? flavours->get<Value::List>() : nullptr; list && !list->empty())
      for (const auto& flavour : *list) take(one, flavour.find("run"));
    else
      take(one, one.find("run"));
  }
  return found;
}

Process process_in(const Said& said, int probe, int target) {
  return process_of(probe, target, text_in(said.of_model("interaction")).value_or(""),
                    text_in(said.of_model("current")), text_in(said.of_model("channel")));
}

// Those of several nuclei each have their own, where the events follow a flux
std::optional<double> mean_in(const Said& said) {
  const auto* own = said.of_model("sigma");
  return number_in(own ? own : said.run->find("sigma"));
}

using Table = std::pair<std::vector<double>, std::vector<double>>;

std::vector<double> numbers_in(const Value* value) {
  std::vector<double> numbers;
  if (const auto* list = value ? value->get<Value::List>() : nullptr)
    for (const auto& one : *list) numbers.push_back(one.number().value_or(0));
  return numbers;
}

Table table_in(const Said& said) {
  const auto* own = said.of_model("cross_section");
  const auto* targets = said.run->find("targets")->get<Value::Map>();
  if (!own && targets && targets->size() == 1) own = said.description->find("cross_section");
  if (!own) return {};
  return {numbers_in(own->find("enu")), numbers_in(own->find("sigma"))};
}

// By events
std::optional<double> mean_of(const std::vector<Said>& all) {
  double sum = 0, events = 0;
  for (const auto& said : all) {
    const auto mean = mean_in(said);
    if (!mean) return {};
    const double weight = std::max(number_in(said.description->find("events")).value_or(1), 1.0);
    sum += weight * *mean;
    events += weight;
  }
  return all.empty() ? std::nullopt : std::optional(sum / events);
}

}  // namespace

double EventKind::cross_section(double enu) const {
  const int nucleons = nucleons_of(process.target);
  if (sigma) return *sigma * nucleons;
  return xsec_enu.size() < 2 ? 0 : cross_section_at(xsec_enu, xsec, enu) * nucleons;
}

EventKind kind_of(const std::vector<Value>& descriptions, int probe, int target) {
  const auto all = find(descriptions, probe, target);
  EventKind kind{.process{.probe = probe, .target = target}};
  if (all.empty()) return kind;
  const auto first = process_in(all.front(), probe, target);
  const auto as_first = [&](const Said& said) {
    return process_in(said, probe, target).name() == first.name();
  };
  if (std::ranges::all_of(all, as_first)) kind.process = first;
  kind.sigma = mean_of(all);
  if (kind.sigma) return kind;
  auto table = table_in(all.front());
  if (std::ranges::all_of(all, [&](const Said& said) { return table_in(said) == table; }))
    std::tie(kind.xsec_enu, kind.xsec) = std::move(table);
  return kind;
}

RunFacts facts_of(const Run& run) {
  // the nucleus of events that do not say which they have
  const auto main = std::ranges::max_element(run.targets, {}, &std::pair<int, double>::second);
  const auto kind = [said = std::vector<Value>{describe(run, std::nullopt)}](int probe, int target) {
    return kind_of(said, probe, target);
  };
  return {.probe = run.probe,
          .target = main == run.targets.end() ? 0 : main->first,
          .kind = kind,
          .flux = run.flux,
          .energy = run.energy};
}

}  // namespace nugan
