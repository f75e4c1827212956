/// Parameter counts and sums of tensors, computed with numpy from the same files by an independent reader.
struct ExpectedModel {
  var name: String
  var parameterCount: Int
  /// Σ |x| over all parameters.
  var absoluteSum: Double
  /// Name, shape, Σ x, Σ x · (i mod 1009 + 1) in row-major order.
  var tensors: [(name: String, shape: [Int], sum: Double, weighted: Double)]

  static let all: [ExpectedModel] = [
    ExpectedModel(
      name: "tiny_L0", parameterCount: 4344, absoluteSum: 18656.633511771728,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -23.69961961946987, -2142.628268526791),
        ("interactions.0.skip_tp.weight", [256], -27.47759552702681, -5323.837137138396),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], -3.822449345514779, -574.4064624302835),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 11, 8], -0.9645368832713959,
          -221.73386195894395
        ),
        ("readouts.1.linear_2.weight", [16], 0.30054221385436986, 20.903449890569853),
      ]),
    ExpectedModel(
      name: "tiny_L0_lmax3", parameterCount: 12384, absoluteSum: 62470.21179815,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946749687195, 128.17698216438293),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -6.145815861411393, -132.80863471794873),
        ("interactions.0.skip_tp.weight", [1024], 32.50705403252505, 13773.328398169717),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], 26.491134734111256, 4300.573429363139),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 23, 16], -0.7003639360627858,
          -585.099286087956
        ),
        ("readouts.1.linear_2.weight", [16], 1.9306547194719315, 43.78635383397341),
      ]),
    ExpectedModel(
      name: "tiny_L1", parameterCount: 6072, absoluteSum: 29997.767018611852,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], 14.98321022838077, 2541.454895752473),
        ("interactions.0.skip_tp.weight", [256], -16.925747494758866, -2487.077921140539),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], -12.387836189469565, 100.72163886091812),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 11, 8], 0.8714820448271368,
          338.95961782445625
        ),
        ("readouts.1.linear_2.weight", [16], -3.955999536327975, -65.42965132558002),
      ]),
    ExpectedModel(
      name: "tiny_L1__v0.3.0", parameterCount: 6072, absoluteSum: 29997.767018611852,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], 14.98321022838077, 2541.454895752473),
        ("interactions.0.skip_tp.weight", [256], -16.925747494758866, -2487.077921140539),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], -12.387836189469565, 100.72163886091812),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 11, 8], 0.8714820448271368,
          338.95961782445625
        ),
        ("readouts.1.linear_2.weight", [16], -3.955999536327975, -65.42965132558002),
      ]),
    ExpectedModel(
      name: "tiny_L1__v0.3.6", parameterCount: 6072, absoluteSum: 29997.767018611852,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], 14.98321022838077, 2541.454895752473),
        ("interactions.0.skip_tp.weight", [256], -16.925747494758866, -2487.077921140539),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], -12.387836189469565, 100.72163886091812),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 11, 8], 0.8714820448271368,
          338.95961782445625
        ),
        ("readouts.1.linear_2.weight", [16], -3.955999536327975, -65.42965132558002),
      ]),
    ExpectedModel(
      name: "tiny_L2", parameterCount: 5752, absoluteSum: 62005.623751108214,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -13.45879519910017, -1767.8304167434337),
        ("interactions.0.skip_tp.weight", [256], -38.775081785317376, -5865.362819860585),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], 13.133245073618552, 1409.671664377643),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], 2.998640430164179,
          158.1651300506502
        ),
        ("readouts.1.linear_2.weight", [16], -3.6941981628720626, -26.32501081021685),
      ]),
    ExpectedModel(
      name: "tiny_MACE_class", parameterCount: 5208, absoluteSum: 39950.78790749691,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -0.2835464272504815, 671.9101059400716),
        ("interactions.0.skip_tp.weight", [768], -46.62666292290115, -20504.481933528354),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], 19.594349142858142, 3146.174970998525),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], -2.9982692137861555,
          -178.10293443720025
        ),
        ("readouts.1.linear_2.weight", [16], -3.8838732371416835, -27.142015738237674),
      ]),
    ExpectedModel(
      name: "tiny_agnesi", parameterCount: 4696, absoluteSum: 4324.419712884758,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("radial_embedding.distance_transform.a", [], 1.0805, 1.0805),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -2.7686526194300827, 323.6398961632558),
        ("interactions.0.skip_tp.weight", [256], -32.26456128770894, -6132.65348395478),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], 10.770745209582113, 816.9573444419752),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], -0.21927904383464192,
          -3.116463053385033
        ),
        ("readouts.1.linear_2.weight", [16], -2.6838311950045037, -13.58877304323481),
      ]),
    ExpectedModel(
      name: "tiny_att", parameterCount: 174968, absoluteSum: 157141.4430465406,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -3.87291765532496, -361.17499600222504),
        ("interactions.0.skip_tp.weight", [256], -8.502313414369311, 4113.352215789065),
        ("interactions.1.conv_tp_weights.layer1.weight", [256, 256], 188.630580412361, 261387.60679429502),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], -0.5676040635280519,
          -67.47591928569477
        ),
        ("readouts.1.linear_2.weight", [16], -6.915230454248448, -40.769667778241185),
      ]),
    ExpectedModel(
      name: "tiny_chebyshev", parameterCount: 4696, absoluteSum: 8401.562421414477,
      tensors: [
        ("radial_embedding.distance_transform.a", [], 1.0805, 1.0805),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], 6.514496383452852, 1842.6688270838988),
        ("interactions.0.skip_tp.weight", [256], 26.00030509862621, 1281.4613636710387),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], -0.9439508915250894, 687.1276140123487),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], 2.9376211144590316,
          320.10817467367747
        ),
        ("readouts.1.linear_2.weight", [16], -0.9153796861515213, 11.50375412530553),
      ]),
    ExpectedModel(
      name: "tiny_chebyshev_nodt", parameterCount: 4696, absoluteSum: 3009.3590273255627,
      tensors: [
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], 13.377512461459247, -281.8327489472441),
        ("interactions.0.skip_tp.weight", [256], -8.268724169729591, 4218.291033107929),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], 3.9341270889278697, 2374.6635777797014),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], -1.4977600886035773,
          -20.219701618288067
        ),
        ("readouts.1.linear_2.weight", [16], -3.2098733374178057, -12.617352235045127),
      ]),
    ExpectedModel(
      name: "tiny_corr1", parameterCount: 4376, absoluteSum: 34658.804535799594,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], 5.204116217739921, 45.776638025251486),
        ("interactions.0.skip_tp.weight", [256], 4.669103975372181, -528.2771693705049),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], -7.696931918011687, -1396.8551457127357),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 1, 8], -7.422361220971242,
          -160.6372537146638
        ),
        ("readouts.1.linear_2.weight", [16], 6.813305345308197, 47.67347212769699),
      ]),
    ExpectedModel(
      name: "tiny_corr4", parameterCount: 4024, absoluteSum: 15957.109605797514,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -12.781036382691354, -2333.863145768539),
        ("interactions.0.skip_tp.weight", [256], 32.92648084854528, 4954.329956242444),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], -1.2279241015354065, 728.0704736432281),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 9, 8], 2.8707260783038775,
          395.4275562107511
        ),
        ("readouts.1.linear_2.weight", [16], 4.072453335919304, 26.38076166324451),
      ]),
    ExpectedModel(
      name: "tiny_density", parameterCount: 5224, absoluteSum: 6587.671859202412,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("radial_embedding.distance_transform.a", [], 1.0805, 1.0805),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -4.114261114623705, -3874.4922232720737),
        ("interactions.0.skip_tp.weight", [768], 41.990264154585546, 8589.506325870449),
        ("interactions.0.density_fn.layer0.weight", [8, 1], 0.6585203295247861, 3.3467691957627173),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], 3.7121009964312712, 153.8384075486149),
        ("interactions.1.density_fn.layer0.weight", [8, 1], 4.650987846100046, 26.507474574201982),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], -3.5653120620010563,
          -303.5906694573608
        ),
        ("readouts.1.linear_2.weight", [16], 0.9865684303192258, -14.357257569151406),
      ]),
    ExpectedModel(
      name: "tiny_edge_irreps", parameterCount: 3960, absoluteSum: 34455.75304816171,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -17.41950683712205, -2577.1736145649734),
        ("interactions.0.skip_tp.weight", [256], 6.495891175412168, 844.68415994938),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], -9.926309221151003, -1202.0135299230685),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], -3.4342763454490206,
          -192.70823643445846
        ),
        ("readouts.1.linear_2.weight", [16], -1.385205148537605, -41.93129821095995),
      ]),
    ExpectedModel(
      name: "tiny_f32", parameterCount: 4696, absoluteSum: 38479.51258730714,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946749687195, 128.17698216438293),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -17.614055891521275, -2467.191297370009),
        ("interactions.0.skip_tp.weight", [256], -0.9647747031413019, -3259.5890223337337),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], -6.978154893498868, -7.684114307165146),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572669863700867,
          6063.207184612751
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], 1.9677796330070123,
          23.887920863111503
        ),
        ("readouts.1.linear_2.weight", [16], -1.6497497409582138, -15.939694866538048),
      ]),
    ExpectedModel(
      name: "tiny_gate_none", parameterCount: 3640, absoluteSum: 17900.38783960485,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -19.175066746491993, -1981.2025880222577),
        ("interactions.0.skip_tp.weight", [256], -10.098060572056465, 1240.3750057259567),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], -14.027828382757104, -1616.5483481200806),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], 5.283981170884184,
          130.6598877675633
        ),
        ("readouts.1.linear_2.weight", [16], -1.7989587085167926, -22.9078806838722),
      ]),
    ExpectedModel(
      name: "tiny_gaussian", parameterCount: 4696, absoluteSum: 24374.27534047453,
      tensors: [
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -11.903823007291807, -3108.5692546846058),
        ("interactions.0.skip_tp.weight", [256], -35.34013813758696, -4381.339700493261),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], -22.842574018986756, -4308.856027538774),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], -6.118022142201303,
          -356.1513455385802
        ),
        ("readouts.1.linear_2.weight", [16], -1.6741887354948353, -6.976226321041883),
      ]),
    ExpectedModel(
      name: "tiny_int1", parameterCount: 2120, absoluteSum: 12306.663974703903,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -3.56313279361722, 580.8334393547618),
        ("interactions.0.skip_tp.weight", [256], 55.055506444093766, 4362.816843611144),
      ]),
    ExpectedModel(
      name: "tiny_int3", parameterCount: 7744, absoluteSum: 65592.08691709522,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], 17.520546336407897, 3957.8958512390845),
        ("interactions.0.skip_tp.weight", [256], 2.5368793440791926, -229.90760992121363),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], 3.088319578244123, -435.738702860177),
        ("interactions.2.conv_tp_weights.layer1.weight", [16, 16], -4.369948361087983, 260.8528818532558),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], 1.6852423154041147,
          152.159252286521
        ),
        ("readouts.2.linear_2.weight", [16], -2.9299724616486245, -75.56355760904188),
      ]),
    ExpectedModel(
      name: "tiny_lastreadout_agnosticprod", parameterCount: 4376, absoluteSum: 39781.00482955445,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], 6.8564008539062975, 49.239873654115854),
        ("interactions.0.skip_tp.weight", [256], 29.89087291105608, 7574.159094698432),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], 3.8889261937779143, -855.2947202677706),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [1, 3, 8], -1.760490910588337,
          -54.763175206147665
        ),
        ("readouts.0.linear_2.weight", [16], -2.7696702513507474, 17.689837333039645),
      ]),
    ExpectedModel(
      name: "tiny_multihead2", parameterCount: 4880, absoluteSum: 53800.372147431946,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -11.574311867110648, -881.989958284672),
        ("interactions.0.skip_tp.weight", [256], -36.6106737666925, -5271.079695822156),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], 22.068714093957272, 3896.799994930059),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], 2.6861338022828654,
          161.43240756228516
        ),
        ("readouts.1.linear_2.weight", [64], -3.045671784020344, -278.17693718325506),
      ]),
    ExpectedModel(
      name: "tiny_nocutoff", parameterCount: 4696, absoluteSum: 34011.82551781119,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -12.030065817308115, 477.2479105827408),
        ("interactions.0.skip_tp.weight", [256], 3.0722152607745596, 804.898784404841),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], 28.256276834769466, 5154.779405793904),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], -2.429838958518693,
          -164.24843899059167
        ),
        ("readouts.1.linear_2.weight", [16], 0.25575356145162886, 27.421177931650618),
      ]),
    ExpectedModel(
      name: "tiny_nonlinear", parameterCount: 10399, absoluteSum: 3772.580734263221,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.net.6.weight", [16, 16], 2.7984571993718887, 358.2015384356372),
        ("interactions.0.skip_tp.weight", [64], -2.284624282428414, -80.92232727186388),
        ("interactions.0.linear_2.weight", [192], 12.843482985404453, 1327.2737143003633),
        ("interactions.1.conv_tp_weights.net.6.weight", [16, 16], 0.5281146970535382, 48.39613444010816),
        ("interactions.1.linear_2.weight", [192], 2.537118302426353, 990.3423930653406),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], -5.84020179610105,
          -239.14389341501925
        ),
        ("readouts.1.linear_2.weight", [16], 3.344047659567858, 16.986298259229326),
      ]),
    ExpectedModel(
      name: "tiny_pseudo", parameterCount: 5400, absoluteSum: 79635.21943771896,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -11.969351739903765, -2101.215923210395),
        ("interactions.0.skip_tp.weight", [256], 19.934240509148093, 4884.644708934402),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], 19.268916631010008, 2216.980375494299),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [4, 1], 0.0, 0.0),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_2", [4, 4, 1], 0.0, 0.0),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 4, 8], 1.3654177437347832,
          115.96575917242893
        ),
        ("readouts.1.linear_2.weight", [16], -2.6731791594134173, 0.4195871458645275),
      ]),
    ExpectedModel(
      name: "tiny_reducedcg", parameterCount: 5112, absoluteSum: 30479.80530202375,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -12.819575006963074, -1234.2111394282388),
        ("interactions.0.skip_tp.weight", [256], 2.454100854477538, -1624.0392660319262),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], -28.54578193182111, -4695.662756781019),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 2], 8.890220702568186,
          2145.890156961772
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 5, 8], -0.8375696253830149,
          121.55666239187838
        ),
        ("readouts.1.linear_2.weight", [16], 3.4912883837829565, 25.577222036091545),
      ]),
    ExpectedModel(
      name: "tiny_so3", parameterCount: 5144, absoluteSum: 59811.167124623185,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], 10.813232395549235, 1629.0457325793927),
        ("interactions.0.skip_tp.weight", [256], 4.111707833480956, 3973.5163207410205),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], -3.447787189938758, 1006.4788380654854),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 6], 12.572670690061996,
          5390.482787110677
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], -1.7086286472215777,
          -123.5752736240051
        ),
        ("readouts.1.linear_2.weight", [16], -1.0510872012664696, -34.67559963195457),
      ]),
    ExpectedModel(
      name: "tiny_soft", parameterCount: 4696, absoluteSum: 52668.22594948538,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], -2.8197708640716366, -847.4274495324112),
        ("interactions.0.skip_tp.weight", [256], 11.103958249905705, 1166.1620314973907),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], 4.810108714606112, 735.5266910224242),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], 2.3999998435936734,
          107.29778937284537
        ),
        ("readouts.1.linear_2.weight", [16], -0.3249195474850308, 13.078950802121042),
      ]),
    ExpectedModel(
      name: "tiny_zbl", parameterCount: 4696, absoluteSum: 44207.06938658758,
      tensors: [
        ("radial_embedding.bessel_fn.bessel_weights", [8], 22.61946710584651, 128.17698026646357),
        ("interactions.0.conv_tp_weights.layer1.weight", [16, 16], 13.99031052716283, 3854.670244071969),
        ("interactions.0.skip_tp.weight", [256], 9.899415351081243, -1101.5802216034),
        ("interactions.1.conv_tp_weights.layer1.weight", [16, 16], -22.191840208191742, -4597.606312405238),
        ("products.0.symmetric_contractions.contractions.1.U_matrix_1", [3, 9, 1], 3.0, 36.0),
        (
          "products.0.symmetric_contractions.contractions.1.U_matrix_2", [3, 9, 9, 4], 12.572670690061996,
          6063.207591331504
        ),
        (
          "products.1.symmetric_contractions.contractions.0.weights_max", [4, 3, 8], 7.303617443625641,
          281.2820792191113
        ),
        ("readouts.1.linear_2.weight", [16], -10.160862894069854, -73.75308277577184),
      ]),
  ]
}
