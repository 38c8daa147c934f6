/**
 * Every message of the terminal interface, section 3, as its bytes: written from the page by hand, never by the codec. Each
 * line is hex and, behind two blanks, what it says; a line of hex alone goes on with the one before.
 */
export const goldenMessages = {
  signOn: {
    request: `
      0800                                MTI
      0020000000C00016                    bitmap: 11 41 42 60 62 63
      000123                              11: trace
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      000000010030                            00 / 000001 / 003
      0019                                62: LLL: 19 bytes
      53657175656E6365204E6F3030303030303031      free text
      0003                                63: LLL: 3 bytes
      303120                                  operator`,
    answer: `
      0810                                MTI
      003800000AC00014                    bitmap: 11 12 13 37 39 41 42 60 62
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      000000010030                            00 / 000001 / 003
      0040                                62: LLL: 40 bytes
      1F1F1F1F1F1F1F1F1F1F1F1F1F1F1F1F        PIK under TMK
      A0A1A2A3                                its check value
      2E2E2E2E2E2E2E2E2E2E2E2E2E2E2E2E        MAK under TMK
      B0B1B2B3                                its check value`,
  },
  signOff: {
    request: `
      0820                                MTI
      0020000000C00011                    bitmap: 11 41 42 60 64
      000123                              11: trace
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      000000010020                            00 / 000001 / 002
      4142434445464748                    64: MAC`,
    answer: `
      0830                                MTI
      003800000AC00011                    bitmap: 11 12 13 37 39 41 42 60 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      000000010020                            00 / 000001 / 002
      4142434445464748                    64: MAC`,
  },
  echo: {
    request: `
      0820                                MTI
      0020000000C00011                    bitmap: 11 41 42 60 64
      000123                              11: trace
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0019                                60: LLL: 19 digits
      00000001301555012340                    00 / 000001 / 301 and what follows
      4142434445464748                    64: MAC`,
    answer: `
      0830                                MTI
      003800000AC00011                    bitmap: 11 12 13 37 39 41 42 60 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0019                                60: LLL: 19 digits
      00000001301555012340                    00 / 000001 / 301 and what follows
      4142434445464748                    64: MAC`,
  },
  parameters: {
    request: `
      0800                                MTI
      0020000000C00015                    bitmap: 11 41 42 60 62 64
      000123                              11: trace
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      000000013600                            00 / 000001 / 360
      0006                                62: LLL: 6 bytes
      00000007                                version
      0001                                    block index
      4142434445464748                    64: MAC`,
    answer: `
      0810                                MTI
      003800000AC00015                    bitmap: 11 12 13 37 39 41 42 60 62 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      000000013600                            00 / 000001 / 360
      0035                                62: LLL: 35 bytes
      00000007                                version
      0001                                    block index
      01                                      last
      0104000186A0                            load maximum
      0204000186A0                            purse cap
      030400000E10                            upload interval
      0402005A                                record age limit
      050400000384                            hotlist interval
      4142434445464748                    64: MAC`,
  },
  parametersAdopted: {
    request: `
      0800                                MTI
      0020000000C00015                    bitmap: 11 41 42 60 62 64
      000123                              11: trace
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      000000013610                            00 / 000001 / 361
      0004                                62: LLL: 4 bytes
      00000007                                version
      4142434445464748                    64: MAC`,
    answer: `
      0810                                MTI
      003800000AC00011                    bitmap: 11 12 13 37 39 41 42 60 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      000000013610                            00 / 000001 / 361
      4142434445464748                    64: MAC`,
  },
  hotlist: {
    request: `
      0800                                MTI
      0020000000C00015                    bitmap: 11 41 42 60 62 64
      000123                              11: trace
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      000000013900                            00 / 000001 / 390
      0008                                62: LLL: 8 bytes
      0000012A                                version held
      00000000                                next index
      4142434445464748                    64: MAC`,
    answer: `
      0810                                MTI
      003800000AC00015                    bitmap: 11 12 13 37 39 41 42 60 62 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      000000013900                            00 / 000001 / 390
      0032                                62: LLL: 32 bytes
      0000012C                                current version
      00000002                                next index
      00                                      no more
      02                                      count
      01                                      add
      03104580010000000018                    application serial
      02                                      remove
      03104580010000000026                    application serial
      4142434445464748                    64: MAC`,
  },
  hotlistAdopted: {
    request: `
      0800                                MTI
      0020000000C00015                    bitmap: 11 41 42 60 62 64
      000123                              11: trace
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      000000013910                            00 / 000001 / 391
      0004                                62: LLL: 4 bytes
      0000012C                                version
      4142434445464748                    64: MAC`,
    answer: `
      0810                                MTI
      003800000AC00011                    bitmap: 11 12 13 37 39 41 42 60 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      000000013910                            00 / 000001 / 391
      4142434445464748                    64: MAC`,
  },
  purseBalance: {
    request: `
      0200                                MTI
      6020000000C00011                    bitmap: 2 3 11 41 42 60 64
      1931045800100000000180              2: LL 19 digits, last nibble 0
      310000                              3: processing code
      000123                              11: trace
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      010000010000                            01 / 000001 / 000
      4142434445464748                    64: MAC`,
    answer: `
      0210                                MTI
      003800000AC00411                    bitmap: 11 12 13 37 39 41 42 54 60 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0040                                54: LLL: 40 bytes
      3032303131353643303030303030303132333435      ledger balance
      3130303131353643303030303030303132333030      available
      0011                                60: LLL: 11 digits
      010000010000                            01 / 000001 / 000
      4142434445464748                    64: MAC`,
  },
  loadFromCash: {
    request: `
      0200                                MTI
      7020008000C00051                    bitmap: 2 3 4 11 25 41 42 58 60 64
      1931045800100000000180              2: LL 19 digits, last nibble 0
      630000                              3: processing code
      000000010000                        4: 100.00 yuan
      000123                              11: trace
      91                                  25: condition: load
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0043                                58: LLL: 43 bytes
      01                                      version
      03104580010000000018                    application serial
      4580000000000000                        issuer id
      02                                      type
      01                                      key index
      01                                      key version
      00                                      algorithm
      00000064                                balance before
      0009                                    online counter
      11223344                                card random
      999900000001                            SAM number
      A1B2C3D4                                MAC1
      0011                                60: LLL: 11 digits
      410000010000                            41 / 000001 / 000
      4142434445464748                    64: MAC`,
    answer: `
      0210                                MTI
      003800000AC00051                    bitmap: 11 12 13 37 39 41 42 58 60 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0012                                58: LLL: 12 bytes
      01                                      version
      20260310                                host date
      040506                                  host time
      0A0B0C0D                                MAC2
      0011                                60: LLL: 11 digits
      410000010000                            41 / 000001 / 000
      4142434445464748                    64: MAC`,
  },
  loadFromAccount: {
    request: `
      0200                                MTI
      7020008000C01851                    bitmap: 2 3 4 11 25 41 42 52 53 58 60 64
      1931045800100000000180              2: LL 19 digits, last nibble 0
      600000                              3: processing code
      000000010000                        4: 100.00 yuan
      000123                              11: trace
      91                                  25: condition: load
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      F1F2F3F4F5F6F7F8                    52: PIN block
      2600000000000000                    53: security control
      0043                                58: LLL: 43 bytes
      01                                      version
      03104580010000000018                    application serial
      4580000000000000                        issuer id
      02                                      type
      01                                      key index
      01                                      key version
      00                                      algorithm
      00000064                                balance before
      0009                                    online counter
      11223344                                card random
      999900000001                            SAM number
      A1B2C3D4                                MAC1
      0011                                60: LLL: 11 digits
      400000010000                            40 / 000001 / 000
      4142434445464748                    64: MAC`,
    answer: `
      0210                                MTI
      003800000AC00051                    bitmap: 11 12 13 37 39 41 42 58 60 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0012                                58: LLL: 12 bytes
      01                                      version
      20260310                                host date
      040506                                  host time
      0A0B0C0D                                MAC2
      0011                                60: LLL: 11 digits
      400000010000                            40 / 000001 / 000
      4142434445464748                    64: MAC`,
  },
  loadResult: {
    request: `
      0220                                MTI
      7020000000C00059                    bitmap: 2 3 4 11 41 42 58 60 61 64
      1931045800100000000180              2: LL 19 digits, last nibble 0
      630000                              3: processing code
      000000010000                        4: 100.00 yuan
      000123                              11: trace
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0012                                58: LLL: 12 bytes
      01                                      version
      00                                      outcome
      A1B2C3D4                                TAC
      000027D8                                balance after
      0009                                    online counter before
      0011                                60: LLL: 11 digits
      410000010000                            41 / 000001 / 000
      0016                                61: LLL: 16 digits
      0000010001220310                        batch 000001, trace 000122, date 0310
      4142434445464748                    64: MAC`,
    answer: `
      0230                                MTI
      003800000AC00011                    bitmap: 11 12 13 37 39 41 42 60 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      410000010000                            41 / 000001 / 000
      4142434445464748                    64: MAC`,
  },
  loadReversal: {
    request: `
      0400                                MTI
      7020000002C00019                    bitmap: 2 3 4 11 39 41 42 60 61 64
      1931045800100000000180              2: LL 19 digits, last nibble 0
      600000                              3: processing code
      000000010000                        4: 100.00 yuan
      000123                              11: trace
      3938                                39: reason: no answer in time
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      400000010000                            40 / 000001 / 000
      0016                                61: LLL: 16 digits
      0000010001220310                        batch 000001, trace 000122, date 0310
      4142434445464748                    64: MAC`,
    answer: `
      0410                                MTI
      003800000AC00011                    bitmap: 11 12 13 37 39 41 42 60 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      400000010000                            40 / 000001 / 000
      4142434445464748                    64: MAC`,
  },
  purchaseUpload: {
    request: `
      0320                                MTI
      2020000000C10015                    bitmap: 3 11 41 42 48 60 62 64
      000000                              3: processing code
      000123                              11: trace
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0010                                48: LLL: 10 bytes
      0002                                    count
      0000000000000190                        amount: 400 fen
      0011                                60: LLL: 11 digits
      360000012010                            36 / 000001 / 201
      0128                                62: LLL: 128 bytes
      01                                      record version
      00                                      flags
      4580                                    issuer city
      03104580010000000018                    application serial
      01                                      card main type
      02                                      card sub type
      06                                      transaction type
      01                                      key index
      01                                      key version
      00                                      algorithm byte
      0010                                    offline counter
      00002710                                balance before
      000000C8                                amount
      999900000001                            SAM number
      00000007                                terminal transaction number
      20260310040500                          date and time
      A1B2C3D4                                TAC
      0000012C                                hotlist version
      01                                      industry
      001200034501012C                        industry data
      0180458003104580010000000018010206010100001000002710000000C89999      a second record: a test card
      000000010000000720260310040500A1B2C3D40000012C01001200034501012C
      4142434445464748                    64: MAC`,
    answer: `
      0330                                MTI
      003800000AC00011                    bitmap: 11 12 13 37 39 41 42 60 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      360000012010                            36 / 000001 / 201
      4142434445464748                    64: MAC`,
  },
  billPayment: {
    request: `
      0220                                MTI
      3020000000C00015                    bitmap: 3 4 11 41 42 60 62 64
      500000                              3: processing code
      000000000200                        4: 2.00 yuan
      000123                              11: trace
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      360000010000                            36 / 000001 / 000
      0104                                62: LLL: 104 bytes
      01                                      record version
      00                                      flags
      4580                                    issuer city
      03104580010000000018                    application serial
      01                                      card main type
      02                                      card sub type
      06                                      transaction type
      01                                      key index
      01                                      key version
      00                                      algorithm byte
      0010                                    offline counter
      00002710                                balance before
      000000C8                                amount
      999900000001                            SAM number
      00000007                                terminal transaction number
      20260310040500                          date and time
      A1B2C3D4                                TAC
      0000012C                                hotlist version
      01                                      industry
      001200034501012C                        industry data
      57415452                                biller
      CBAEB1ED30303031202020202020202020202020      customer, GB 18030
      323032362D3033202020202020202020        bill reference
      4142434445464748                    64: MAC`,
    answer: `
      0230                                MTI
      003800000AC00015                    bitmap: 11 12 13 37 39 41 42 60 62 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      360000010000                            36 / 000001 / 000
      0036                                62: LLL: 36 bytes
      524350542D32303236303331302D3720        receipt
      3132333435363738393031323334353637383930      meter token
      4142434445464748                    64: MAC`,
  },
  billEnquiry: {
    request: `
      0100                                MTI
      2020000000C00015                    bitmap: 3 11 41 42 60 62 64
      330000                              3: processing code
      000123                              11: trace
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      010000010000                            01 / 000001 / 000
      0024                                62: LLL: 24 bytes
      57415452                                biller
      CBAEB1ED30303031202020202020202020202020      customer, GB 18030
      4142434445464748                    64: MAC`,
    answer: `
      0110                                MTI
      103800000AC00015                    bitmap: 4 11 12 13 37 39 41 42 60 62 64
      000000012345                        4: due altogether
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      010000010000                            01 / 000001 / 000
      0112                                62: LLL: 112 bytes
      323032362D3032202020202020202020        bill reference
      303030303030303132303030                due
      3230323630323238                        due date
      32D4C2CBAEB7D18139EE39202020202020202020      text: two and four byte characters
      323032362D3033202020202020202020        bill reference
      303030303030303030333435                due
      3230323630333331                        due date
      2020202020202020202020202020202020202020      no text
      4142434445464748                    64: MAC`,
  },
  batchTotals: {
    request: `
      0500                                MTI
      0020000000C10011                    bitmap: 11 41 42 48 60 64
      000123                              11: trace
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0024                                48: LLL: 24 bytes
      0000000000004E20                        loads: amount
      00000002                                loads: count
      0000000000000190                        purchases: amount
      00000002                                purchases: count
      0011                                60: LLL: 11 digits
      000000012010                            00 / 000001 / 201
      4142434445464748                    64: MAC`,
    answer: `
      0510                                MTI
      003800000AC10011                    bitmap: 11 12 13 37 39 41 42 48 60 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0025                                48: LLL: 25 bytes
      0000000000004E20                        loads: amount
      00000002                                loads: count
      000000000000012C                        purchases: amount
      00000001                                purchases: count
      02                                      differs
      0011                                60: LLL: 11 digits
      000000012010                            00 / 000001 / 201
      4142434445464748                    64: MAC`,
  },
  batchUploadEnd: {
    request: `
      0320                                MTI
      0020000000C10011                    bitmap: 11 41 42 48 60 64
      000123                              11: trace
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0004                                48: LLL: 4 bytes
      00000005                                count
      0011                                60: LLL: 11 digits
      000000012070                            00 / 000001 / 207
      4142434445464748                    64: MAC`,
    answer: `
      0330                                MTI
      003800000AC00011                    bitmap: 11 12 13 37 39 41 42 60 64
      000123                              11: trace
      040506                              12: city time
      0310                                13: city date
      523030303030303030303031            37: reference
      3030                                39: answer code
      5430303030303031                    41: terminal
      4D3030303030303030303030303031      42: merchant
      0011                                60: LLL: 11 digits
      000000012070                            00 / 000001 / 207
      4142434445464748                    64: MAC`,
  },
} as const;

/** The bytes of annotated hex. */
export function goldenBytes(text: string): Buffer {
  const hex = text.split('\n').map((line) => line.trim().split('  ', 1)[0] ?? '');
  return Buffer.from(hex.join(''), 'hex');
}
