/**
 * The vocabulary of each protocol, one file a protocol: names, shapes, codes, with the document each is from. Data
 * only: no logic, no imports, so that server, client library and console can share it. Callers import the file they
 * need; this one is the map and exports nothing.
 *
 * Governing documents: contracts/, and the documents named in each file.
 */
export {}
