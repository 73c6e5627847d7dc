/** The tags of the guide for several gateways, and one plain tag of each type: all stay as they are written. */
import { atomicTypes } from '#shared/plc'
import { type SimProgram, tag } from './program.ts'
import { stringType, udt } from './types.ts'

/** State of a machine as the guide has it: `Machine_Status.Clear_Fault` is what operators write. */
export const machineStatus = udt('Machine_Status_Type', {
  Running: 'BOOL',
  Faulted: 'BOOL',
  Clear_Fault: 'BOOL',
  Fault_Code: 'DINT',
  Cycle_Count: 'DINT',
  Speed: 'REAL',
})

/**
 * `Machine_Status`, and `Test_BOOL` … `Test_LWORD`, `Test_String`, `Test_ShortText` (20 characters), `Test_Array`
 * (DINT[10]), `Test_Bits` (BOOL[64]), `Test_Table` (REAL[2,3]), `Test_Struct`, `Program:Main.Test_DINT`,
 * `Test_ReadOnly` and `Test_NoAccess`.
 */
export function guideProgram(): SimProgram {
  const pair = udt('Test_Type', {
    Flag: 'BOOL',
    Count: 'DINT',
    Amount: 'REAL',
    Total: 'LINT',
    Text: 'STRING',
    Values: 'INT[4]',
  })
  return {
    name: 'Guide',
    tags: [
      tag('Machine_Status', machineStatus, [], {
        value: { Running: true, Faulted: true, Fault_Code: 104, Speed: 62.5 },
      }),
      ...atomicTypes.map((type) => tag(`Test_${type}`, type)),
      tag('Test_String', 'STRING', [], { value: 'ready' }),
      tag('Test_ShortText', stringType('Text20', 20)),
      tag('Test_Array', 'DINT', [10], { value: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }),
      tag('Test_Bits', 'BOOL', [64]),
      tag('Test_Table', 'REAL', [2, 3]),
      tag('Test_Struct', pair),
      tag('Test_ReadOnly', 'DINT', [], { value: 42, access: 'read-only' }),
      tag('Test_NoAccess', 'DINT', [], { access: 'none' }),
      tag('Program:Main.Test_DINT', 'DINT'),
    ],
  }
}
