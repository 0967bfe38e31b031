// Builds the tree from yaml-cpp's events, within its bounds. For yaml_tree.cpp alone.
//
// It refuses by throwing YAML::ParserException with the place, as the parser itself does.
#pragma once

#include "runtime/yaml_tree.hpp"

#include <map>
#include <string>
#include <vector>

#include <yaml-cpp/eventhandler.h>

namespace carecloud {

class YamlBuilder final : public YAML::EventHandler {
  public:
    // The root of the one document; to be taken when the parser is done.
    YamlNode& root() { return root_; }

    void OnDocumentStart(const YAML::Mark& mark) override;
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override { close(); }

  private:
    // A sequence or mapping that is still being read.
    struct Frame {
        YamlNode node;
        YAML::anchor_t anchor = 0;
        bool has_key = false;  // a mapping's next value belongs to the last entry
    };

    void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
    void close();
    void add(YamlNode node, YAML::anchor_t anchor, const YAML::Mark& mark);
    void add_to(Frame& frame, YamlNode node, const YAML::Mark& mark);
    void count(std::size_t nodes, const YAML::Mark& mark);

    YamlNode root_;
    std::vector<Frame> open_;
    std::map<YAML::anchor_t, YamlNode> anchors_;  // complete ones
    std::size_t documents_ = 0;
    std::size_t nodes_ = 0;
};

SourcePosition position_of(const YAML::Mark& mark);

}  // namespace carecloud
