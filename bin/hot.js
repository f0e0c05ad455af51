// answerFromCache(argv, env): prints a cached `account get-access-token` with `node:fs` alone; false when it takes the whole CLI.
exports.answerFromCache = () => false
