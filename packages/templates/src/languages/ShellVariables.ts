/** Variables of bash, and of programs that it starts, whose value is run, evaluated, or says what is run. */

/** Evaluated as arithmetic on assignment, expanded as a prompt, or read by bash itself. */
const ofBash =
  "PS[0-4]|PROMPT_COMMAND|PROMPT_DIRTRIM|BASH\\w*|ENV|SHELL\\w*|IFS|PATH|CDPATH|FPATH|GLOBIGNORE|RANDOM|SRANDOM|SECONDS|OPTIND|OPTERR|HIST\\w*|LINENO|" +
  "FUNCNEST|FUNCNAME|TMOUT|MAIL\\w*|POSIXLY_CORRECT|DIRSTACK|GROUPS|EUID|UID|PPID|PIPESTATUS|EPOCH\\w*|TEXTDOMAIN\\w*|HOME|_"

/** Programs that other programs start, and what interpreters load before anything else. */
const ofOthers =
  "LD_\\w+|DYLD_\\w+|\\w*PAGER|\\w*EDITOR|VISUAL|BROWSER|\\w*ASKPASS|LESS\\w*|MANPATH|MANOPT|SSH_ASKPASS\\w*|SSH_AUTH_SOCK|RSYNC_\\w+|CVS_\\w+|TAR_OPTIONS|GREP_OPTIONS|" +
  "GIT_(?:SSH\\w*|PROXY_COMMAND|EXTERNAL_DIFF|EXEC_PATH|TEMPLATE_DIR|CONFIG\\w*|DIR|COMMON_DIR|WORK_TREE|INDEX_FILE|ALLOW_PROTOCOL|TRACE\\w*|ATTR\\w*)|" +
  "NODE_(?:OPTIONS|PATH|EXTRA_CA_CERTS|REPL\\w*|V8_COVERAGE)|NPM_\\w+|npm_\\w+|PYTHON\\w+|PERL\\w+|RUBY\\w+|GEM_\\w+|BUNDLE_\\w+|JAVA_\\w+|_JAVA_OPTIONS|JDK_\\w+|MAVEN_\\w+|GRADLE_\\w+|CLASSPATH|" +
  "MAKE\\w*|CC|CXX|CARGO_\\w+|RUST(?:C\\w*|\\w*FLAGS)|GO(?:FLAGS|PATH|ROOT|PROXY|TOOLCHAIN)|PHP\\w+|LUA\\w+|OPENSSL_\\w+|\\w+_PROXY|\\w+_proxy|DOCKER_(?:HOST|CONFIG|CONTEXT)|KUBECONFIG|AWK\\w+|XDG_\\w+"

const special = new RegExp(`^(?:${ofBash}|${ofOthers})$`)

/** Whether a value must not be assigned to the variable of this name. */
export const isSpecial = (name: string): boolean => special.test(name)
