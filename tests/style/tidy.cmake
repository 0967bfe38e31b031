# What clang-tidy reads: all of the product's sources as five, since most of its time goes to what is included. Names in
# unnamed namespaces are therefore unique within a part. main() stands in one part each.
#   carecloud_tidy_part(engine carecloud_base carecloud_model)
function(carecloud_tidy_part name)
  set(sources)
  foreach(target ${ARGN})
    get_target_property(folder ${target} SOURCE_DIR)
    get_target_property(files ${target} SOURCES)
    foreach(file ${files})
      cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${folder} NORMALIZE)
      list(APPEND sources ${file})
    endforeach()
  endforeach()
  # Asio and Beast are compiled in sources that hold nothing of ours.
  list(FILTER sources EXCLUDE REGEX "/(asio|beast)\\.cpp$")
  list(REMOVE_DUPLICATES sources)
  add_library(tidy_${name} OBJECT EXCLUDE_FROM_ALL ${sources})
  target_link_libraries(tidy_${name} PRIVATE carecloud_options carecloud_portal_server carecloud_telemetry PkgConfig::LIBPQ)
  target_compile_definitions(tidy_${name} PRIVATE CARECLOUD_VERSION="${PROJECT_VERSION}")
  set_target_properties(tidy_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  set_property(GLOBAL APPEND PROPERTY CARECLOUD_TIDY_TARGETS ${ARGN})
endfunction()

carecloud_tidy_part(engine
  carecloud_base carecloud_model carecloud_json carecloud_versions carecloud_portal carecloud_store carecloud_store_sqlite
  carecloud_sync_limits carecloud_sync_walk carecloud_sync_events carecloud_sync_jobs carecloud_sync_stream carecloud_sync_leader carecloud_sync)
carecloud_tidy_part(postgres carecloud_store_postgres carecloud_store_moving)
carecloud_tidy_part(net
  carecloud_net carecloud_net_client carecloud_net_server carecloud_portal_http carecloud_sns carecloudctl)
carecloud_tidy_part(signals carecloud-portal carecloud_runtime carecloud_telemetry carecloud_api carecloud_api_ui)
carecloud_tidy_part(programs carecloud_ctl carecloud-syncd)

# No room is left out.
get_property(rooms GLOBAL PROPERTY CARECLOUD_ROOMS)
get_property(read GLOBAL PROPERTY CARECLOUD_TIDY_TARGETS)
list(REMOVE_ITEM rooms ${read})
if(rooms)
  message(FATAL_ERROR "tests/style/tidy.cmake: clang-tidy does not read ${rooms}; add it to a part")
endif()
