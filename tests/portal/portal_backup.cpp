#include "portal/portal_backup.hpp"

#include <cstdlib>
#include <string>

namespace carecloud {
namespace {

// A model's documents are JSON objects, so another model accepts them.
std::size_t copy_documents(const PortalModel& from, PortalModel& to) {
    std::size_t count = 0;
    for (const std::string& entity : from.entities()) {
        from.for_each(entity, [&](const PortalDocument& document) {
            if (!to.put(entity, std::string(document.raw()), std::nullopt, document.types())) std::abort();
            ++count;
        });
    }
    return count;
}

}  // namespace

void PortalBackup::take(const PortalModel& model) {
    copy_ = std::make_unique<PortalModel>(model.settings());
    copy_documents(model, *copy_);
}

std::size_t PortalBackup::restore(PortalModel& model) const {
    if (!copy_) return 0;
    for (const std::string& entity : model.entities())
        model.clear(entity);
    return copy_documents(*copy_, model);
}

PortalModel* PortalBackup::replica(const ModelSettings& settings) {
    if (copy_) copy_->change_settings(settings);
    return copy_.get();
}

}  // namespace carecloud
