# Files that are part of a folder's library: credit_embed(FOLDER file...) makes the table that
# FOLDER/assets.h declares. As a script (-P) it writes that table.
set(CREDIT_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(credit_embed name)
    set(files "")
    foreach(pattern ${ARGN})
        file(GLOB found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/${pattern})
        list(APPEND files ${found})
    endforeach()
    set(out ${CMAKE_BINARY_DIR}/${name}_assets.c)
    string(REPLACE ";" "," joined "${files}")
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFOLDER=${name} -DFILES=${joined} -P ${CREDIT_EMBED_SCRIPT}
        DEPENDS ${files} ${CREDIT_EMBED_SCRIPT}
        VERBATIM)
    target_sources(${name} PRIVATE ${out})
endfunction()

if(CMAKE_SCRIPT_MODE_FILE AND DEFINED OUT)
    string(REPLACE "," ";" files "${FILES}")
    set(text "#include \"${FOLDER}/assets.h\"\n\n")
    set(rows "")
    set(count 0)
    foreach(file ${files})
        file(READ ${file} hex HEX)
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
        get_filename_component(base ${file} NAME)
        string(APPEND text "static const unsigned char asset_${count}[] = {${bytes}0};\n")
        string(APPEND rows "    {\"${base}\", {(const char *)asset_${count}, sizeof asset_${count} - 1}},\n")
        math(EXPR count "${count} + 1")
    endforeach()
    file(WRITE ${OUT} "${text}\nconst struct asset assets[] = {\n${rows}};\nconst unsigned asset_count = ${count};\n")
endif()
