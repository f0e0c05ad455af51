import { describe, expect, test } from "vitest"
import {
  DerError,
  encode,
  encodeInteger,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeTime,
  readChildren,
  readElement,
  readOctets,
  readOid,
  readSmallInteger,
  readText,
  tags,
} from "./der.ts"

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
const bytes = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex")

describe("DER writing", () => {
  test.each([
    [0, "020100"],
    [127, "02017f"],
    [128, "02020080"],
    [65537, "0203010001"],
    [2 ** 40, "0206010000000000"],
  ])("of integer %i", (value, expected) => {
    expect(hex(encodeInteger(value))).toBe(expected)
    expect(readSmallInteger(readElement(encodeInteger(value)), 2 ** 41)).toBe(value)
  })

  test.each([
    ["1.2.840.113549.1.1.11", "06092a864886f70d01010b"],
    ["2.5.29.15", "0603551d0f"],
    ["2.999.1", "0603883701"],
  ])("of object identifier %s", (oid, expected) => {
    expect(hex(encodeOid(oid))).toBe(expected)
    expect(readOid(readElement(encodeOid(oid)))).toBe(oid)
  })

  test.each(["", "1", "3.1", "1.40", "1.2.", "a.b", "1.02"])("refuses %j as object identifier", (oid) => {
    expect(() => encodeOid(oid)).toThrow(TypeError)
  })

  test("uses UTCTime until the end of 2049 and GeneralizedTime from 2050", () => {
    expect(hex(encodeTime(Date.UTC(2049, 11, 31, 23, 59, 59) / 1000))).toBe(
      `170d${Buffer.from("491231235959Z").toString("hex")}`,
    )
    expect(hex(encodeTime(Date.UTC(2050, 0, 1) / 1000))).toBe(
      `180f${Buffer.from("20500101000000Z").toString("hex")}`,
    )
  })

  test("uses long lengths from 128 bytes and sorts sets", () => {
    expect(hex(encode(tags.octetString, new Uint8Array(200))).slice(0, 6)).toBe("0481c8")
    expect(hex(encode(tags.octetString, new Uint8Array(70_000))).slice(0, 10)).toBe("0483011170")
    expect(hex(encodeSet(encodeInteger(2), encodeInteger(1)))).toBe("3106020101020102")
  })
})

describe("DER reading", () => {
  test("takes indefinite lengths and octet strings in pieces, as older PFX files have them", () => {
    const element = readElement(bytes("24 80 04 02 0102 24 80 04 01 03 0000 0000"))

    expect(hex(readOctets(element))).toBe("010203")
  })

  test("refuses octet strings nested without end", () => {
    let nested: Uint8Array = encode(tags.octetString)
    for (let level = 0; level < 3000; level += 1) nested = encode(0x24, nested)

    expect(() => readOctets(readElement(nested))).toThrow(DerError)
  })

  test("takes every kind of text", () => {
    for (const [encoded, text] of [
      ["0c02c3a9", "é"],
      ["1e0400e92603", "é☃"],
      ["1301 41", "A"],
      ["1401e9", "é"],
    ] as const) {
      expect(readText(readElement(bytes(encoded)))).toBe(text)
    }
  })

  test.each([
    ["nothing", ""],
    ["a tag alone", "30"],
    ["a length beyond the end", "3003020101 00".slice(0, 8)],
    ["bytes after the end", "02010100"],
    ["a length of five octets", "30850000000001"],
    ["a high tag number", "1f8101 00"],
    ["an indefinite length without end", "30800201 01"],
    ["an indefinite length of a primitive", "0480 0000"],
    ["an end mark cut short", "308000"],
    ["1,000 indefinite levels", "3080".repeat(1000)],
  ])("refuses %s", (_, encoded) => {
    expect(() => readElement(bytes(encoded))).toThrow(DerError)
  })

  test("refuses another type than expected", () => {
    const sequence = readElement(encodeSequence(encodeInteger(1)))

    expect(() => readElement(encodeInteger(1), tags.sequence)).toThrow(DerError)
    expect(() => readChildren(sequence, tags.set)).toThrow(DerError)
    expect(() => readChildren(readElement(encodeInteger(1)))).toThrow(DerError)
    expect(() => readOid(sequence)).toThrow(DerError)
    expect(() => readText(sequence)).toThrow(DerError)
  })

  test("refuses integers that are negative or too large", () => {
    for (const encoded of ["0201ff", "0200", "0207 01000000000000", "020103"]) {
      expect(() => readSmallInteger(readElement(bytes(encoded)), 2)).toThrow(DerError)
    }
  })
})
