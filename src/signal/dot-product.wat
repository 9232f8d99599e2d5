;; The sum of products of numbers that lie from $left on with those from $right on, each 8 bytes; $count of them, a multiple of four.
(module
  (import "duet" "memory" (memory 1))
  (func (export "dotProduct") (param $left i32) (param $right i32) (param $count i32) (result f64)
    (local $end i32)
    ;; Two sums of two numbers each, for one addition need not wait for the other.
    (local $first v128)
    (local $second v128)
    (local.set $end (i32.add (local.get $left) (i32.shl (local.get $count) (i32.const 3))))
    (loop $four
      (local.set $first
        (f64x2.add (local.get $first) (f64x2.mul (v128.load (local.get $left)) (v128.load (local.get $right)))))
      (local.set $second
        (f64x2.add (local.get $second) (f64x2.mul (v128.load offset=16 (local.get $left)) (v128.load offset=16 (local.get $right)))))
      (local.set $right (i32.add (local.get $right) (i32.const 32)))
      (br_if $four (i32.lt_u (local.tee $left (i32.add (local.get $left) (i32.const 32))) (local.get $end))))
    (local.set $first (f64x2.add (local.get $first) (local.get $second)))
    (f64.add (f64x2.extract_lane 0 (local.get $first)) (f64x2.extract_lane 1 (local.get $first)))))
