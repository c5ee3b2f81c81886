// Physics that need none of Geant4's data sets, for machines that have none: ionisation, multiple scattering,
// bremsstrahlung and pair production of all charged particles, Compton and photoelectric effect, decays, and
// Bertini's cascade of nucleons and pions. Left out are elastic and capture of hadrons, other hadrons' and
// photons' nuclear reactions, and the de-excitation of the nuclei.
//
//   g++ -std=c++17 -O2 -fPIC -shared -I GEANT4/include physics_without_data.cc -o physics_without_data.so
//
// makes a library for liquid_argon.py, which finds Geant4 itself in the Python package geant4-pybind. Take
// the headers of its version.

#include <G4BGGNucleonInelasticXS.hh>
#include <G4BGGPionInelasticXS.hh>
#include <G4CascadeInterface.hh>
#include <G4ComptonScattering.hh>
#include <G4DecayPhysics.hh>
#include <G4Electron.hh>
#include <G4EmBuilder.hh>
#include <G4EmParameters.hh>
#include <G4Gamma.hh>
#include <G4GammaConversion.hh>
#include <G4GenericIon.hh>
#include <G4HadronInelasticProcess.hh>
#include <G4Neutron.hh>
#include <G4PEEffectFluoModel.hh>
#include <G4PhotoElectricEffect.hh>
#include <G4PhysicsListHelper.hh>
#include <G4PionMinus.hh>
#include <G4PionPlus.hh>
#include <G4Positron.hh>
#include <G4ProcessManager.hh>
#include <G4Proton.hh>
#include <G4RunManager.hh>
#include <G4VModularPhysicsList.hh>
#include <G4eBremsstrahlung.hh>
#include <G4eBremsstrahlungRelModel.hh>
#include <G4eIonisation.hh>
#include <G4eMultipleScattering.hh>
#include <G4eplusAnnihilation.hh>
#include <G4hMultipleScattering.hh>
#include <G4ionIonisation.hh>

namespace {

struct Electromagnetic : G4VPhysicsConstructor {
  Electromagnetic() : G4VPhysicsConstructor("electromagnetic without data") {}
  void ConstructParticle() override { G4EmBuilder::ConstructMinimalEmSet(); }
  void ConstructProcess() override {
    G4EmBuilder::PrepareEMPhysics();
    auto* helper = G4PhysicsListHelper::GetPhysicsListHelper();
    G4ParticleDefinition* photon = G4Gamma::Gamma();
    auto* photoelectric = new G4PhotoElectricEffect;
    photoelectric->SetEmModel(new G4PEEffectFluoModel);
    helper->RegisterProcess(photoelectric, photon);
    helper->RegisterProcess(new G4ComptonScattering, photon);
    helper->RegisterProcess(new G4GammaConversion, photon);
    G4ParticleDefinition* const electrons[] = {G4Electron::Electron(), G4Positron::Positron()};
    for (auto* electron : electrons) {
      auto* model = new G4eBremsstrahlungRelModel;  // the tables of Seltzer and Berger are a data set
      model->SetLowEnergyLimit(0);
      auto* bremsstrahlung = new G4eBremsstrahlung;
      bremsstrahlung->SetEmModel(model);
      helper->RegisterProcess(new G4eMultipleScattering, electron);
      helper->RegisterProcess(new G4eIonisation, electron);
      helper->RegisterProcess(bremsstrahlung, electron);
    }
    helper->RegisterProcess(new G4eplusAnnihilation, G4Positron::Positron());
    auto* scattering = new G4hMultipleScattering("ionmsc");
    helper->RegisterProcess(scattering, G4GenericIon::GenericIon());
    helper->RegisterProcess(new G4ionIonisation, G4GenericIon::GenericIon());
    G4EmBuilder::ConstructCharged(scattering, nullptr);
  }
};

struct Cascade : G4VPhysicsConstructor {
  Cascade() : G4VPhysicsConstructor("Bertini cascade") {}
  void ConstructParticle() override {}
  void ConstructProcess() override {
    auto* bertini = new G4CascadeInterface;
    const auto add = [bertini](G4ParticleDefinition* hadron, G4VCrossSectionDataSet* sigma) {
      auto* process = new G4HadronInelasticProcess(hadron->GetParticleName() + "Inelastic", hadron);
      process->AddDataSet(sigma);
      process->RegisterMe(bertini);
      hadron->GetProcessManager()->AddDiscreteProcess(process);
    };
    add(G4Proton::Proton(), new G4BGGNucleonInelasticXS(G4Proton::Proton()));
    add(G4Neutron::Neutron(), new G4BGGNucleonInelasticXS(G4Neutron::Neutron()));
    add(G4PionPlus::PionPlus(), new G4BGGPionInelasticXS(G4PionPlus::PionPlus()));
    add(G4PionMinus::PionMinus(), new G4BGGPionInelasticXS(G4PionMinus::PionMinus()));
  }
};

}  // namespace

/// Gives these physics to the run manager that there is.
extern "C" void use_physics_without_data() {
  G4EmParameters::Instance()->SetVerbose(0);
  auto* list = new G4VModularPhysicsList;
  list->RegisterPhysics(new Electromagnetic);
  list->RegisterPhysics(new G4DecayPhysics(0));
  list->RegisterPhysics(new Cascade);
  // by name: the place of virtual functions may differ from one patch of Geant4 to the next
  G4RunManager::GetRunManager()->G4RunManager::SetUserInitialization(list);
}
