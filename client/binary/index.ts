export * from '../index.ts'
// In place of the one that speaks JSON.
export { connect } from './connect.ts'
